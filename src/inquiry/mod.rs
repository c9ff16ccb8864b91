//! One check: a line of text becomes a request ([`parse`]), a request becomes an outcome that is kept ([`Inquiry`]).

pub mod parse;

use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::{
    catalog::Price,
    clock::Clock,
    klikoo::{self, Client, Fault},
    store::{History, Record},
    value::{ChatId, Outcome, Rupiah, UserId, Verdict},
};
use parse::Request;

/// Makes checks at the partner API and keeps them.
#[derive(Clone)]
pub struct Inquiry {
    client: Client,
    history: Arc<dyn History>,
    clock: Arc<dyn Clock>,
}

/// A check that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// How it ended.
    pub outcome: Outcome,
    /// When it ended.
    pub at: DateTime<Utc>,
    /// Whether the chat's history has it. Where the store fails, the agent still gets the answer.
    pub kept: bool,
}

impl Inquiry {
    /// Checks through `client`, kept in `history`, dated by `clock`.
    pub fn new(client: Client, history: Arc<dyn History>, clock: Arc<dyn Clock>) -> Self {
        Self { client, history, clock }
    }

    /// Makes one check for `agent` in `chat`. It is on disk when this returns.
    pub async fn check(&self, chat: ChatId, agent: UserId, request: &Request) -> Checked {
        let outcome = ask(&self.client, request).await;
        let at = self.clock.now();
        let record = Record {
            at,
            chat,
            agent,
            product: request.product.code.to_string(),
            provider: request.product.provider,
            number: request.number.clone(),
            nominal: request.nominal,
            outcome: outcome.clone(),
        };
        let kept = self.history.append(record, None).await;
        if let Err(error) = &kept {
            tracing::error!(%error, reference = %outcome.reference, "a check could not be kept");
        }
        Checked { outcome, at, kept: kept.is_ok() }
    }
}

/// Asks the partner API about one number and keeps nothing.
pub async fn ask(client: &Client, request: &Request) -> Outcome {
    let (buying, selling) = prices(request);
    let answer = client
        .inquire(&klikoo::Inquiry {
            product_code: request.product.code.as_str(),
            number: &request.number,
            buying,
            selling,
        })
        .await;
    let code = answer.code.as_ref().map(|code| code.as_str());
    let (product, reference) = (&request.product.code, answer.reference);
    match &answer.result {
        Ok(_) => tracing::info!(%product, %reference, code, "found"),
        Err(fault) => tracing::info!(%product, %reference, code, %fault, "no customer"),
    }
    let verdict = answer.result.map_or_else(verdict, Verdict::Found);
    Outcome { verdict, code: answer.code, reference: answer.reference }
}

/// Buying and selling price; for an open denomination both are the nominal (`protocol.md`, section 3).
fn prices(request: &Request) -> (Rupiah, Rupiah) {
    match request.product.price {
        Price::Fixed { buying, selling } => (buying, selling),
        Price::Open { min, .. } => {
            let nominal = request.nominal.unwrap_or(min);
            (nominal, nominal)
        }
    }
}

/// What a fault tells of the number. Only the provider's own word makes it "not found".
fn verdict(fault: Fault) -> Verdict {
    match fault {
        Fault::NumberNotFound => Verdict::NotFound,
        Fault::AmountTooSmall => Verdict::AmountTooSmall,
        Fault::ProductUnavailable => Verdict::ProductUnavailable,
        Fault::ProviderDown | Fault::VendorFault | Fault::Unreachable | Fault::Garbled => Verdict::ProviderDown,
        Fault::Timeout => Verdict::NoAnswer,
        Fault::Operator(problem) => Verdict::Operator(problem),
        Fault::Other(message) => Verdict::Other(message),
    }
}
