//! The checks that the whole process makes, against the sandbox: what is asked together, what is left unasked while a
//! provider is out of order.

mod faults;
mod outage;
mod together;
mod turns;
mod wire;

use std::{pin::Pin, sync::Arc, time::Duration};

use ceknomor::{
    catalog::{Catalog, Price},
    clock::FixedClock,
    inquiry::{Asked, Bounds, Inquiry, Wait, parse::Request},
    klikoo::{Account, Client, PrivateKey, Timeouts},
    sandbox::Sandbox,
    value::{Customer, CustomerNumber, Outcome, Provider, Rupiah, Verdict},
};

use crate::scene::{CLIENT_ID, CLIENT_SECRET, key_file, sandbox};

/// A customer, and a number at which the provider is out of order.
const FOUND: &str = "00000000001";
const DOWN: &str = "00000000503";

/// An inquiry service with its sandbox. All of their clocks are one.
struct Bench {
    klikoo: Sandbox,
    inquiry: Inquiry,
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
        let klikoo = Self::klikoo().await;
        let url = klikoo.0.base_url().to_owned();
        Self::bounded(klikoo, &url, Timeouts::default(), Bounds { calls, wait })
    }

    /// A sandbox and its clock.
    async fn klikoo() -> (Sandbox, Arc<FixedClock>) {
        let clock = Arc::new(FixedClock::at("2026-11-22T07:05:00Z".parse().unwrap()));
        (sandbox(clock.clone()).await, clock)
    }

    /// A bench whose client finds the sandbox at `url`.
    fn at(klikoo: (Sandbox, Arc<FixedClock>), url: &str, timeouts: Timeouts) -> Self {
        Self::bounded(klikoo, url, timeouts, Bounds::default())
    }

    fn bounded((klikoo, clock): (Sandbox, Arc<FixedClock>), url: &str, timeouts: Timeouts, bounds: Bounds) -> Self {
        let account = Account {
            base_url: url.parse().unwrap(),
            client_id: CLIENT_ID.into(),
            client_secret: CLIENT_SECRET.into(),
            private_key: PrivateKey::read(key_file()).unwrap(),
        };
        let client = Client::new(account, timeouts, clock.clone()).unwrap();
        let inquiry = Inquiry::new(client, clock.clone(), bounds);
        Self { klikoo, inquiry, clock, catalog: Catalog::load(None).unwrap() }
    }

    fn request(&self, product: &str, number: &str) -> Request {
        let product = self.catalog.get(product).unwrap().clone();
        Request { product, number: CustomerNumber::from_record(number).unwrap(), nominal: None }
    }

    /// Asks about a PLN20 for this number.
    async fn ask(&self, number: &str) -> Asked {
        self.inquiry.ask(&self.request("PLN20", number), Wait::ForPermit).await
    }

    /// The same, but for no longer than a check may wait for its turn.
    async fn ask_briefly(&self, number: &str) -> Asked {
        self.inquiry.ask(&self.request("PLN20", number), Wait::Briefly).await
    }

    /// What an agent is told of a check of PLN20 for this number that has no answer; `None` where it has one.
    async fn unanswered(&self, number: &str) -> Option<Verdict> {
        let asked = self.ask_briefly(number).await;
        let verdict = self.inquiry.verdict_without_answer(Provider::Pln, &asked);
        (!verdict.is_final()).then_some(verdict)
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
}

/// The outcome of a question that was asked.
fn outcome(asked: Asked) -> Outcome {
    match asked {
        Asked::Ended { outcome, .. } => outcome,
        asked => panic!("not asked: {asked:?}"),
    }
}

fn is_found(asked: Asked) -> bool {
    matches!(outcome(asked).verdict, Verdict::Found(_))
}

#[tokio::test]
async fn a_total_that_is_the_buying_price_is_nobodys_to_see() {
    let bench = Bench::new().await;
    let mut request = bench.request("OVO10", "081000000001");
    Arc::make_mut(&mut request.product).price = Price::Fixed { buying: Rupiah(10_200), selling: Rupiah(10_700) };
    // For a wallet the sandbox's total is what the partner pays, as in the vendor's samples.
    let asked = outcome(bench.inquiry.ask(&request, Wait::Briefly).await);
    assert!(matches!(asked.verdict, Verdict::Found(Customer { total: Some(Rupiah(10_700)), .. })), "{asked:?}");
}
