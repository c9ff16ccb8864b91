//! Records and jobs to test with: of the vendor's sample numbers, one of each verdict.

use chrono::{DateTime, TimeDelta, Utc};

use crate::value::{
    ChatId, Customer, CustomerName, CustomerNumber, MessageId, OperatorProblem, Outcome, Provider, Reference,
    ResponseCode, Rupiah, UpdateId, UserId, Verdict,
};

use super::{Claim, Job, NewJob, Record, Retries, Seq, Waiting, WorkerId};

/// A moment with milliseconds, some minutes after 14:05:06.789 WIB on 22 November 2026.
pub(super) fn moment(minutes: usize) -> DateTime<Utc> {
    let start = DateTime::from_timestamp_millis(1_795_331_106_789).unwrap();
    start + TimeDelta::minutes(i64::try_from(minutes).unwrap())
}

/// A check of a meter in `chat`, found.
pub(super) fn record(chat: ChatId, minutes: usize) -> Record {
    with_verdict(chat, minutes, found())
}

/// A check of a meter that ended with `verdict`.
pub(super) fn with_verdict(chat: ChatId, minutes: usize, verdict: Verdict) -> Record {
    Record {
        at: moment(minutes),
        chat,
        agent: UserId(123_456_789),
        product: "PLN20".to_owned(),
        provider: Provider::Pln,
        number: CustomerNumber::from_record("01105691111").unwrap(),
        nominal: None,
        outcome: Outcome {
            verdict,
            code: ResponseCode::new("200990000"),
            reference: Reference::parse("0b5e2ba4-9d3a-4c39-8f2c-7f1f6a1b2c3d").unwrap(),
        },
    }
}

/// A customer with all there is to know.
pub(super) fn found() -> Verdict {
    Verdict::Found(Customer {
        name: CustomerName::new("BUDI SANTOSO"),
        power: Some("R1/2200VA".to_owned()),
        total: Some(Rupiah(20_546)),
    })
}

/// One of each verdict, with what may be missing missing in some.
pub(super) fn each_verdict() -> Vec<Verdict> {
    use OperatorProblem::*;
    let mut verdicts = vec![
        found(),
        Verdict::Found(Customer::default()),
        Verdict::NotFound,
        Verdict::NumberBlocked,
        Verdict::AlreadyPaid,
        Verdict::OverLimit,
        Verdict::AmountTooSmall,
        Verdict::ProductUnavailable,
        Verdict::ProviderDown,
        Verdict::NoAnswer,
        Verdict::ServiceDown,
        Verdict::Refused("Hubungi CA".to_owned()),
        Verdict::Other("Transaksi \"aneh\" <b>\u{1f914}".to_owned()),
        Verdict::Other(String::new()),
    ];
    let problems = [
        Signature,
        Credentials,
        AddressNotListed,
        NotVerified,
        AccountType,
        AccountBlocked,
        AccountData,
        Clock,
        Token,
        Request,
        NoApi,
        Forbidden,
        Throttled,
        Unreadable,
    ];
    verdicts.extend(problems.map(Verdict::Operator));
    verdicts
}

/// One record of each verdict, of different products.
pub(super) fn each_record() -> Vec<Record> {
    let mut records: Vec<Record> = each_verdict()
        .into_iter()
        .enumerate()
        .map(|(number, verdict)| with_verdict(ChatId(-1_001_234_567_890), number, verdict))
        .collect();
    for (number, record) in records.iter_mut().enumerate() {
        if number % 2 == 1 {
            record.product = "OVO".to_owned();
            record.provider = Provider::ALL[number % Provider::ALL.len()];
            record.number = CustomerNumber::from_record("081000000001").unwrap();
            record.nominal = Some(Rupiah(10_000));
            record.outcome.code = None;
        }
    }
    records
}

/// A check as it is accepted, of one agent in one chat.
pub(super) fn new_job(update: u64) -> NewJob {
    NewJob {
        update: UpdateId(update),
        chat: ChatId(-1_001_234_567_890),
        user: UserId(123_456_789),
        accepted: moment(0),
        provider: Some(Provider::Pln),
        items: 1,
        body: r#"{"check":"PLN20 01105691111"}"#.to_owned(),
    }
}

/// The same of another agent.
pub(super) fn new_job_of(update: u64, user: u64) -> NewJob {
    NewJob { user: UserId(user), ..new_job(update) }
}

/// A job with all that may be known of it.
pub(super) fn whole_job(update: u64) -> Job {
    Job {
        kept: vec![(0, Seq(41)), (7, Seq(42))],
        waiting: Some(Waiting { last: Some(record(ChatId(1), 0).outcome), ..waiting(2) }),
        cancelled_by: Some(UpdateId(9)),
        resumed: true,
        ..Job::from(new_job(update))
    }
}

/// A wait after as many calls: due after a minute, given up after fifteen.
pub(super) fn waiting(asked: u32) -> Waiting {
    Waiting { notice: Some(MessageId(5)), asked, due: moment(1), not_before: None, until: moment(15), last: None }
}

/// A claim of all that is due so many minutes later, while all providers answer.
pub(super) fn claim(owner: WorkerId, minutes: usize) -> Claim {
    Claim {
        now: moment(minutes),
        owner,
        lease: TimeDelta::minutes(1),
        limit: 100,
        retries: Provider::ALL.map(|provider| (provider, Retries::UpTo(100))).into(),
        longest_pause: TimeDelta::days(1),
        longest_wait: TimeDelta::days(1),
    }
}
