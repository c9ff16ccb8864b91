//! Records to test with: of the vendor's sample numbers, one of each verdict.

use chrono::{DateTime, TimeDelta, Utc};

use crate::value::{
    ChatId, Customer, CustomerName, CustomerNumber, MessageId, OperatorProblem, Outcome, Provider, Reference,
    ResponseCode, Rupiah, UpdateId, UserId, Verdict,
};

use super::{Entry, Record, Seq, Waiting};

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
        Verdict::AmountTooSmall,
        Verdict::ProductUnavailable,
        Verdict::ProviderDown,
        Verdict::NoAnswer,
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

/// A question as it is accepted.
pub(super) fn entry(update: u32) -> Entry {
    Entry {
        update: UpdateId(update),
        chat: ChatId(-1_001_234_567_890),
        user: UserId(123_456_789),
        accepted: moment(0),
        question: "/cek PLN20 01105691111".to_owned(),
        kept: None,
        waiting: None,
    }
}

/// A question with all that may be known of it.
pub(super) fn waiting_entry(update: u32) -> Entry {
    Entry { kept: Some(Seq(41)), waiting: Some(waiting(2)), ..entry(update) }
}

/// A wait after as many calls.
pub(super) fn waiting(asked: u32) -> Waiting {
    Waiting { notice: Some(MessageId(5)), asked, next: moment(1), until: moment(15) }
}
