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
    let found =
        answer.result.map(|customer| Customer { total: customer.total.map(|t| shown(t, buying, selling)), ..customer });
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

/// The total as agents may see it: where the vendor's total is the buying price itself, which is the operator's
/// secret, the selling price stands in its place.
fn shown(total: Rupiah, buying: Rupiah, selling: Rupiah) -> Rupiah {
    if total == buying { selling } else { total }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_total_never_is_the_buying_price() {
        let (buying, selling) = (Rupiah(70_000), Rupiah(73_500));
        assert_eq!(shown(buying, buying, selling), selling);
        assert_eq!(shown(Rupiah(20_546), Rupiah(20_500), Rupiah(21_000)), Rupiah(20_546), "the vendor's own sample");
    }
}
