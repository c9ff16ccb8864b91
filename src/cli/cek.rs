//! `ceknomor cek KODE NOMOR [NOMINAL]`: one check from a shell or a script. It is kept in no history, because a running
//! bot holds the data directory.

use std::{io::Write, process::ExitCode, sync::Arc};

use serde_json::{Value, json};

use super::shared::known;
use crate::{
    catalog::Catalog,
    chat::{self, Checked},
    clock::{Clock, SystemClock, WIB},
    config::{CatalogSettings, KlikooSettings, NetworkSettings},
    inquiry::{Reason, ask_for_reason, parse},
    klikoo::{Client, Fault},
    locale::Locale,
    value::{Customer, CustomerName, Language, Outcome, ResponseCode, Verdict},
};

#[derive(clap::Args, Debug)]
// clap's own shows every setting that the environment has as a flag: a secret is not to be written there.
#[command(override_usage = "ceknomor cek [OPTIONS] <KODE NOMOR [NOMINAL]>...")]
#[command(next_line_help = true)]
#[command(after_help = "Examples:
  ceknomor cek PLN20 01105691111
  ceknomor cek DNOPEN 0817-345-544 50rb --json

Exit codes:
  0  found
  1  the provider knows no such number
  2  the line is no valid check
  3  nothing is known yet (provider down, no answer): try later
  4  only the operator can put it right, or a setting is missing: see
     `ceknomor doctor`
  5  refused for another reason")]
pub(super) struct Args {
    /// Product code, customer number and, for an open denomination, nominal
    #[arg(required = true, value_name = "KODE NOMOR [NOMINAL]")]
    line: Vec<String>,
    /// Answer as one JSON object
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    klikoo: KlikooSettings,
    #[command(flatten)]
    catalog: CatalogSettings,
    #[command(flatten)]
    network: NetworkSettings,
}

/// Told beside an answer that only says that there is none yet.
const OUT_OF_REACH: &str = "Klikoo cannot be reached: check KLIKOO_BASE_URL and this machine's network";

/// A shell keeps what was typed, and this program cannot take it out of there.
const PIN_TYPED: &str =
    "was that a PIN? It is neither needed nor sent, but your shell's history has it now: delete it there, or change it";

pub(super) async fn cek(args: Args) -> anyhow::Result<ExitCode> {
    let catalog = Catalog::load(args.catalog.file.as_deref())?;
    let locale = Locale::new()?;
    let words = locale.words(Language::Id);
    let parsed = parse::parse(&args.line.join(" "), &catalog);
    if parsed.pin_seen {
        writeln!(std::io::stderr(), "ceknomor: {PIN_TYPED}")?;
    }
    let request = match parsed.request {
        Ok(request) => request,
        Err(refusal) => {
            let text = chat::refusal(words, &catalog, &refusal).plain();
            return print(json!({ "outcome": "invalid", "message": text }), &text, args.json, 2);
        }
    };
    let client = Client::new(args.klikoo.account(&args.network)?, args.klikoo.timeouts(), Arc::new(SystemClock))?;
    let Reason { outcome, fault, .. } = ask_for_reason(&client, &request).await;
    let remedy = match fault.as_ref().map(Fault::root) {
        Some(Fault::Operator(problem)) => Some(chat::remedy(locale.words(Language::En), *problem).plain()),
        Some(Fault::Unreachable) => Some(OUT_OF_REACH.to_owned()),
        _ => None,
    };
    if let (Some(remedy), false) = (&remedy, args.json) {
        // The operator may be the one who runs this; what agents read does not say what to do.
        writeln!(std::io::stderr(), "ceknomor: {remedy}")?;
    }
    let checked = Checked { outcome, at: SystemClock.now(), kept: true, is_earlier: false };
    let text = chat::answer(words, &request, &checked, None, None).plain();
    let Outcome { verdict, code, reference } = &checked.outcome;
    let (outcome, exit) = name_and_exit(verdict);
    let (customer, message) = match verdict {
        Verdict::Found(customer) => (customer.clone(), None),
        Verdict::Other(message) | Verdict::Refused(message) => (Customer::default(), Some(message.clone())),
        _ => (Customer::default(), remedy),
    };
    // Scripts rely on these names.
    let answer = json!({
        "outcome": outcome,
        "product": request.product.code,
        "provider": request.product.provider,
        "number": request.number,
        "nominal": request.nominal,
        "name": customer.name.as_ref().map(CustomerName::whole_name),
        "power": customer.power,
        "total": customer.total,
        "message": message,
        "code": code.as_ref().map(ResponseCode::as_str),
        "reference": reference.to_string(),
        "at": checked.at.with_timezone(&WIB).to_rfc3339(),
    });
    print(answer, &text, args.json, exit)
}

/// What a verdict is called, and its exit code.
fn name_and_exit(verdict: &Verdict) -> (&'static str, u8) {
    match verdict {
        Verdict::Found(_) => ("found", 0),
        Verdict::NotFound => ("not_found", 1),
        Verdict::ProviderDown => ("provider_down", 3),
        Verdict::NoAnswer | Verdict::ServiceDown => ("no_answer", 3),
        Verdict::Operator(_) => ("operator", 4),
        Verdict::NumberBlocked => ("number_blocked", 5),
        Verdict::AlreadyPaid => ("already_paid", 5),
        Verdict::OverLimit => ("over_limit", 5),
        Verdict::AmountTooSmall => ("amount_too_small", 5),
        Verdict::ProductUnavailable => ("product_unavailable", 5),
        Verdict::Other(_) | Verdict::Refused(_) => ("other", 5),
    }
}

/// Prints an answer as a text, or what of it is known as JSON.
fn print(answer: Value, text: &str, as_json: bool, exit: u8) -> anyhow::Result<ExitCode> {
    let mut out = std::io::stdout().lock();
    if as_json {
        writeln!(out, "{}", known(answer))?;
    } else {
        writeln!(out, "{text}")?;
    }
    Ok(ExitCode::from(exit))
}
