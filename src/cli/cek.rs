//! `ceknomor cek KODE NOMOR [NOMINAL]`: one check from a shell or a script. It is kept in no history, because a running bot
//! holds the data directory.

use std::{io::Write, process::ExitCode, sync::Arc};

use serde::Serialize;

use super::doctor::operators;
use crate::{
    catalog::Catalog,
    chat::{self, Checked},
    clock::{Clock, SystemClock, WIB},
    config::{CatalogSettings, KlikooSettings, NetworkSettings},
    inquiry::{Reason, ask_for_reason, parse},
    klikoo::{Client, Fault},
    locale::Locale,
    value::{Customer, Language, Verdict},
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
    let catalog = Catalog::load(args.catalog.file())?;
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
            let invalid = Answer { outcome: "invalid", message: Some(text.clone()), ..Answer::default() };
            return print(&invalid, &text, args.json, 2);
        }
    };
    let client = Client::new(args.klikoo.account(&args.network)?, args.klikoo.timeouts(), Arc::new(SystemClock))?;
    let Reason { outcome, fault, .. } = ask_for_reason(&client, &request).await;
    let fault = fault.as_ref().map(Fault::root);
    let checked = Checked { outcome, at: SystemClock.now(), kept: true, is_earlier: false };
    let text = chat::answer(words, &request, &checked, None, None).plain();
    let (mut answer, exit) = describe(&checked.outcome.verdict);
    answer.product = Some(request.product.code.to_string());
    answer.provider = Some(request.product.provider.name());
    answer.number = Some(request.number.as_str().to_owned());
    answer.nominal = request.nominal.map(|nominal| nominal.0);
    answer.code = checked.outcome.code.as_ref().map(|code| code.as_str().to_owned());
    answer.reference = Some(checked.outcome.reference.to_string());
    answer.at = Some(checked.at.with_timezone(&WIB).to_rfc3339());
    if fault == Some(&Fault::Unreachable) {
        answer.message = Some(OUT_OF_REACH.to_owned());
    }
    if let (Some(Fault::Operator(_) | Fault::Unreachable), Some(remedy), false) = (fault, &answer.message, args.json) {
        // The operator may be the one who runs this; what agents read does not say what to do.
        writeln!(std::io::stderr(), "ceknomor: {remedy}")?;
    }
    print(&answer, &text, args.json, exit)
}

/// What `--json` prints. Scripts rely on these names.
#[derive(Serialize, Default)]
struct Answer {
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    product: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    provider: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    nominal: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    power: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    total: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reference: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<String>,
}

/// The answer and the exit code of a verdict.
fn describe(verdict: &Verdict) -> (Answer, u8) {
    let (outcome, exit) = match verdict {
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
    };
    let mut answer = Answer { outcome, ..Answer::default() };
    match verdict {
        Verdict::Found(Customer { name, power, total }) => {
            answer.name = name.as_ref().map(|name| name.as_str().to_owned());
            answer.power = power.clone();
            answer.total = total.map(|total| total.0);
        }
        Verdict::Operator(problem) => answer.message = Some(operators(*problem).to_owned()),
        Verdict::Other(message) | Verdict::Refused(message) => answer.message = Some(message.clone()),
        _ => {}
    }
    (answer, exit)
}

fn print(answer: &Answer, text: &str, as_json: bool, exit: u8) -> anyhow::Result<ExitCode> {
    let mut out = std::io::stdout().lock();
    if as_json {
        writeln!(out, "{}", serde_json::to_string(answer)?)?;
    } else {
        writeln!(out, "{text}")?;
    }
    Ok(ExitCode::from(exit))
}
