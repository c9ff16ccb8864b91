//! How a check ended: data, never text. `klikoo` answers become this in `inquiry`, `store` keeps it,
//! `chat` makes words of it.

use serde::{Deserialize, Serialize};

use super::{CustomerName, Reference, Rupiah};

/// What the provider told of a number that it knows. Any field may be missing in its answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Customer {
    /// The customer's name.
    pub name: Option<CustomerName>,
    /// PLN's tariff and power as the provider wrote them, such as `R1/2200VA` or `R1 /000001300`.
    pub power: Option<String>,
    /// The total of the transaction, in rupiah.
    pub total: Option<Rupiah>,
}

/// How one check ended, with what support needs to find it again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// What is known now.
    pub verdict: Verdict,
    /// The vendor's response code, where it answered at all.
    pub code: Option<ResponseCode>,
    /// Reference of the last request that was sent.
    pub reference: Reference,
}

impl Outcome {
    /// That of a check for which no request was ever sent, because its provider was out of order all the time.
    pub fn unasked() -> Self {
        Self { verdict: Verdict::NoAnswer, code: None, reference: Reference::none() }
    }
}

/// What is known of the number after a check. All but `Found` are serialized, as kind and detail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "detail", rename_all = "kebab-case")]
pub enum Verdict {
    /// The provider knows the customer.
    #[serde(skip)]
    Found(Customer),
    /// The provider says that it knows no such customer.
    NotFound,
    /// The provider knows the number and has blocked it.
    #[serde(rename = "blocked")]
    NumberBlocked,
    /// There is nothing to pay: the provider says that it is paid already.
    #[serde(rename = "paid")]
    AlreadyPaid,
    /// More than the provider lets this customer buy.
    OverLimit,
    /// The nominal is too small for the provider.
    #[serde(rename = "too-small")]
    AmountTooSmall,
    /// The product cannot be checked: unknown to the vendor, or not one that it can inquire.
    #[serde(rename = "unavailable")]
    ProductUnavailable,
    /// The provider or the vendor is out of order: nothing is known of the number.
    #[serde(rename = "down")]
    ProviderDown,
    /// No answer came in time: nothing is known of the number.
    NoAnswer,
    /// The vendor gave no access token, so that no provider was asked: nothing is known of the number.
    ServiceDown,
    /// The operator has to put something right: nothing is known of the number.
    Operator(OperatorProblem),
    /// A refusal with a code that is not in the table; the vendor's own words, bounded, may be empty.
    Other(String),
    /// The biller refused in words of its own, bounded, that may well be about the number.
    Refused(String),
}

impl Verdict {
    /// Whether a check ends with this verdict. With the others nothing is known of the number, but may be later: the
    /// check is made again.
    pub fn is_final(&self) -> bool {
        use OperatorProblem::{Throttled, Unreadable};
        let may_change = matches!(self, Self::ProviderDown | Self::NoAnswer | Self::ServiceDown);
        !may_change && !matches!(self, Self::Operator(Throttled | Unreadable))
    }
}

/// What only the operator can put right. Each has a remedy in `locales/`, and is serialized as its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OperatorProblem {
    /// `6508`: wrong client secret or private key.
    Signature,
    /// `6570`: wrong client id or secret.
    Credentials,
    /// `6571`: the server's address is not in the dashboard's whitelist.
    #[serde(rename = "address")]
    AddressNotListed,
    /// `6524`: the account is not verified.
    NotVerified,
    /// `6567`, `6572`: the account is of a wrong type.
    AccountType,
    /// `7009`: the account is blocked.
    #[serde(rename = "blocked")]
    AccountBlocked,
    /// `7001`: the vendor cannot read the account.
    AccountData,
    /// `6505` again after the clock was corrected.
    Clock,
    /// HTTP 401 or a code of it again with a new token.
    Token,
    /// HTTP 404 without a code of the table's, 405, 426 or a redirect: the base URL leads to no Klikoo API, as where
    /// the gateway's prefix is left out.
    NoApi,
    /// HTTP 403 or 451 without a code of the table's: a firewall, or the whitelist.
    Forbidden,
    /// HTTP 429: more requests than the vendor takes. It passes.
    Throttled,
    /// An answer that is none of the vendor's API: a page, nothing, or one about another customer. It may pass.
    Unreadable,
    /// `6510`, `6512`, `6568`, `6569`, `6563` again: the vendor calls the request malformed.
    Request,
}

/// A vendor's response code: up to 16 letters or digits, of which the vendor promises 9 digits.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ResponseCode(String);

impl ResponseCode {
    /// Takes a code from outside; `None` when it is not one.
    pub fn new(raw: &str) -> Option<Self> {
        let fits = (1..=16).contains(&raw.len()) && raw.bytes().all(|b| b.is_ascii_alphanumeric());
        fits.then(|| Self(raw.to_owned()))
    }

    /// The code as it came.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The last four digits, the case, which decides; the service digits before it vary from one operation to another.
    /// `None` for a code that is too short to have a case.
    pub fn case(&self) -> Option<&str> {
        if self.0.len() == 9 { self.0.get(5..) } else { None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_check_ends_with_what_will_be_the_same_later() {
        use OperatorProblem::{AddressNotListed, Throttled, Unreadable};
        for verdict in [Verdict::NotFound, Verdict::Other("?".into()), Verdict::Operator(AddressNotListed)] {
            assert!(verdict.is_final(), "{verdict:?}");
        }
        for verdict in [Verdict::ServiceDown, Verdict::Operator(Throttled), Verdict::Operator(Unreadable)] {
            assert!(!verdict.is_final(), "{verdict:?}");
        }
    }

    #[test]
    fn the_case_is_the_last_four_of_nine() {
        let case = |raw: &str| ResponseCode::new(raw).and_then(|code| code.case().map(str::to_owned));
        assert_eq!(case("503029998").as_deref(), Some("9998"));
        assert_eq!(case("2000100"), None);
        assert_eq!(ResponseCode::new("<b>"), None);
        assert_eq!(ResponseCode::new(&"1".repeat(17)), None);
    }
}
