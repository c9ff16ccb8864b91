//! One request put to the partner API, and what its answer tells of the number.

use std::time::Duration;

use crate::{
    catalog::Price,
    klikoo::{self, Client, Fault},
    value::{Customer, Outcome, Rupiah, Verdict},
};

use super::parse::Request;

/// How a call ended, with what an agent need not know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// What is known now.
    pub outcome: Outcome,
    /// The fault behind an outcome without a customer, as whether Klikoo itself was out of reach.
    pub fault: Option<Fault>,
    /// For how long the vendor wants to hear nothing: a check that is made again is due no sooner.
    pub retry_after: Option<Duration>,
}

/// Asks the partner API about one number and keeps nothing.
pub async fn ask_for_reason(client: &Client, request: &Request) -> Reason {
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
    let (fault, retry_after) = (answer.result.as_ref().err().cloned(), answer.retry_after);
    let found = answer.result.map(|customer| {
        let total = customer.total.map(|total| request.product.shown_total(total));
        Customer { total, ..customer }
    });
    let verdict = found.map_or_else(verdict, Verdict::Found);
    Reason { outcome: Outcome { verdict, code: answer.code, reference: answer.reference }, fault, retry_after }
}

/// Buying and selling price; for an open denomination both are the nominal (as in the vendor's sample of `DNOPEN`).
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
        Fault::NumberBlocked => Verdict::NumberBlocked,
        Fault::AlreadyPaid => Verdict::AlreadyPaid,
        Fault::OverLimit => Verdict::OverLimit,
        Fault::AmountTooSmall => Verdict::AmountTooSmall,
        Fault::ProductUnavailable => Verdict::ProductUnavailable,
        Fault::ProviderDown | Fault::VendorFault | Fault::Garbled => Verdict::ProviderDown,
        // The provider may never have been asked: it is not to be called out of order.
        Fault::Unreachable | Fault::Timeout | Fault::NotNow => Verdict::NoAnswer,
        Fault::NoToken(_) => Verdict::ServiceDown,
        Fault::Operator(problem) => Verdict::Operator(problem),
        Fault::Other(message) => Verdict::Other(message),
        Fault::Refused(message) => Verdict::Refused(message),
    }
}
