//! The checks that the whole process makes, against the sandbox: what is asked together, what is left unasked while a
//! provider is out of order, and what is kept.

mod faults;
mod outage;
mod together;
mod turns;
mod wire;

use std::{pin::Pin, sync::Arc, time::Duration};

use ceknomor::{
    catalog::{Catalog, Price},
    clock::FixedClock,
    inquiry::{Asked, Bounds, Inquiry, Tried, Wait, parse::Request},
    klikoo::{Account, Client, PrivateKey, Timeouts},
    sandbox::Sandbox,
    store::{Cursor, History, MemoryStore},
    value::{ChatId, Customer, CustomerNumber, Outcome, Rupiah, UserId, Verdict},
};

use crate::scene::{CLIENT_ID, CLIENT_SECRET, key_file, sandbox};

const CHAT: ChatId = ChatId(-1001);
const AGENT: UserId = UserId(7);

/// The verdict of a try that was not answered.
fn unanswered(tried: Tried) -> Option<Verdict> {
    match tried {
        Tried::Unanswered { verdict, .. } => Some(verdict),
        Tried::Ended(_) => None,
    }
}

/// A customer, and a number at which the provider is out of order.
const FOUND: &str = "00000000001";
const DOWN: &str = "00000000503";

/// An inquiry service with its sandbox. All of their clocks are one.
struct Bench {
    klikoo: Sandbox,
    inquiry: Inquiry,
    history: Arc<MemoryStore>,
    clock: Arc<FixedClock>,
    catalog: Catalog,
}

impl Bench {
    async fn new() -> Self {
        let klikoo = Self::klikoo().await;
        let url = klikoo.0.base_url().to_owned();
        Self::at(klikoo, &url, Timeouts::default())
    }

    /// The same within these bounds.
    async fn within(calls: usize, wait: Duration) -> Self {
        let bench = Self::new().await;
        Self { inquiry: bench.inquiry.within(Bounds { calls, wait }), ..bench }
    }

    /// A sandbox and its clock.
    async fn klikoo() -> (Sandbox, Arc<FixedClock>) {
        let clock = Arc::new(FixedClock::at("2026-11-22T07:05:00Z".parse().unwrap()));
        (sandbox(clock.clone()).await, clock)
    }

    /// A bench whose client finds the sandbox at `url`.
    fn at((klikoo, clock): (Sandbox, Arc<FixedClock>), url: &str, timeouts: Timeouts) -> Self {
        let account = Account {
            base_url: url.parse().unwrap(),
            client_id: CLIENT_ID.into(),
            client_secret: CLIENT_SECRET.into(),
            private_key: PrivateKey::read(key_file()).unwrap(),
        };
        let history = Arc::new(MemoryStore::new());
        let client = Client::new(account, timeouts, clock.clone()).unwrap();
        let inquiry = Inquiry::new(client, history.clone(), clock.clone());
        Self { klikoo, inquiry, history, clock, catalog: Catalog::load(None).unwrap() }
    }

    fn request(&self, product: &str, number: &str) -> Request {
        let product = self.catalog.get(product).unwrap().clone();
        Request { product, number: CustomerNumber::from_record(number).unwrap(), nominal: None }
    }

    /// Asks about a PLN20 for this number.
    async fn ask(&self, number: &str) -> Asked {
        self.inquiry.ask(&self.request("PLN20", number), Wait::ForItsTurn).await
    }

    /// The same, but for no longer than a check may wait for its turn.
    async fn ask_for_a_while(&self, number: &str) -> Asked {
        self.inquiry.ask(&self.request("PLN20", number), Wait::AWhile).await
    }

    /// Makes a check of PLN20 for this number.
    async fn check(&self, number: &str) -> Tried {
        self.inquiry.check(CHAT, AGENT, &self.request("PLN20", number), None, Wait::AWhile).await
    }

    /// Lets `asking` begin, and waits until the sandbox, which must hold them, has received `calls` inquiries in all.
    async fn begin(&self, asking: Pin<&mut impl Future>, calls: u64) {
        tokio::select! {
            biased;
            _ = asking => panic!("an answer came while inquiries were held"),
            () = self.klikoo.arrived(calls) => {}
        }
    }

    /// How many requests for an inquiry have reached the sandbox.
    fn calls(&self) -> u64 {
        self.klikoo.calls().inquiries
    }

    /// How many checks the chat's history has.
    async fn kept(&self) -> usize {
        self.history.page(CHAT, Cursor::Newest, 50).await.unwrap().records.len()
    }
}

/// The outcome of a question that was asked.
fn outcome(asked: Asked) -> Outcome {
    match asked {
        Asked::Ended(outcome) => outcome,
        asked => panic!("not asked: {asked:?}"),
    }
}

fn is_found(asked: Asked) -> bool {
    matches!(outcome(asked).verdict, Verdict::Found(_))
}

#[tokio::test]
async fn a_first_try_without_an_answer_is_not_kept_and_one_with_an_answer_is() {
    let bench = Bench::new().await;
    assert_eq!(unanswered(bench.check(DOWN).await), Some(Verdict::ProviderDown));
    assert_eq!(bench.kept().await, 0);
    for (number, records) in [(FOUND, 1), ("00000000404", 2), ("00000000571", 3), ("00000000422", 4)] {
        assert!(matches!(bench.check(number).await, Tried::Ended(checked) if checked.kept), "{number}");
        assert_eq!(bench.kept().await, records);
    }
}

#[tokio::test]
async fn a_total_that_is_the_buying_price_is_nobodys_to_see() {
    let bench = Bench::new().await;
    let mut request = bench.request("OVO10", "081000000001");
    Arc::make_mut(&mut request.product).price = Price::Fixed { buying: Rupiah(10_200), selling: Rupiah(10_700) };
    // For a wallet the sandbox's total is what the partner pays, as in the vendor's samples.
    let asked = outcome(bench.inquiry.ask(&request, Wait::AWhile).await);
    assert!(matches!(asked.verdict, Verdict::Found(Customer { total: Some(Rupiah(10_700)), .. })), "{asked:?}");
}
