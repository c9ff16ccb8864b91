//! One request put to the partner API, and what its answer tells of the number.

use crate::{
    catalog::Price,
    klikoo::{self, Client, Fault},
    value::{Customer, Outcome, Rupiah, Verdict},
};

use super::parse::Request;

/// Asks the partner API about one number and keeps nothing.
pub async fn ask(client: &Client, request: &Request) -> Outcome {
    ask_for_reason(client, request).await.0
}

/// The same, with the fault behind an outcome without a customer: it tells an operator what an agent need not know, as
/// whether Klikoo itself was out of reach.
pub async fn ask_for_reason(client: &Client, request: &Request) -> (Outcome, Option<Fault>) {
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
    let fault = answer.result.as_ref().err().cloned();
    let found =
        answer.result.map(|customer| Customer { total: customer.total.map(|t| shown(t, buying, selling)), ..customer });
    let verdict = found.map_or_else(verdict, Verdict::Found);
    (Outcome { verdict, code: answer.code, reference: answer.reference }, fault)
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

/// The total as agents may see it: where the vendor's total is the buying price itself, which is the operator's secret, the
/// selling price stands in its place.
fn shown(total: Rupiah, buying: Rupiah, selling: Rupiah) -> Rupiah {
    if total == buying { selling } else { total }
}

/// What a fault tells of the number. Only the provider's own word makes it "not found".
fn verdict(fault: Fault) -> Verdict {
    match fault {
        Fault::NumberNotFound => Verdict::NotFound,
        Fault::AmountTooSmall => Verdict::AmountTooSmall,
        Fault::ProductUnavailable => Verdict::ProductUnavailable,
        Fault::ProviderDown | Fault::VendorFault | Fault::Garbled => Verdict::ProviderDown,
        // Klikoo was not reached, so the provider was never asked: it is not to be called out of order.
        Fault::Unreachable | Fault::Timeout => Verdict::NoAnswer,
        Fault::Operator(problem) => Verdict::Operator(problem),
        Fault::Other(message) => Verdict::Other(message),
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
