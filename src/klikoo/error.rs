//! Why a request to the partner API brought no answer that can be used.

use std::time::Duration;

use crate::value::{OperatorProblem, ResponseCode};

/// What went wrong, as a caller tells it apart.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "where nothing is added, each text says what happened")]
pub enum Fault {
    #[error("the provider does not know this number")]
    NumberNotFound,
    #[error("the provider has blocked this number")]
    NumberBlocked,
    #[error("it is paid already")]
    AlreadyPaid,
    #[error("it is more than the provider allows")]
    OverLimit,
    #[error("the amount is too small for the provider")]
    AmountTooSmall,
    #[error("the vendor cannot inquire this product")]
    ProductUnavailable,
    #[error("the provider is out of order")]
    ProviderDown,
    #[error("Klikoo is out of order")]
    VendorFault,
    /// No connection, or it was lost before an answer began.
    #[error("Klikoo cannot be reached, or the connection was lost")]
    Unreachable,
    /// A 5xx without a code of Klikoo's, as a gateway's page, or a connection that was lost in the middle of the
    /// answer.
    #[error("Klikoo's answer is a gateway's, or was cut off")]
    Garbled,
    /// Not now: a 408 or 5xx with a code that is in no table.
    #[error("Klikoo says to try again later")]
    NotNow,
    /// No answer within the time that one check has.
    #[error("no answer from Klikoo in time")]
    Timeout,
    /// Only the operator can put it right.
    #[error("the operator has to put something right: {0:?}")]
    Operator(OperatorProblem),
    /// There is no access token, and this is why; no provider was asked.
    #[error("no access token: {0}")]
    NoToken(Box<Fault>),
    /// A refusal that is in no table; the vendor's own words, bounded, without control characters, may be empty.
    ///
    /// They may hold the customer's number: they are for the chat that asked, so `Display` leaves them out.
    #[error("Klikoo refused with a code that is in no table")]
    Other(String),
    /// The biller refused in words of its own, of which the same holds; they may be about the number.
    #[error("the biller refused in words of its own")]
    Refused(String),
}

impl Fault {
    /// What went wrong, be it with the token that was needed first.
    pub fn root(&self) -> &Self {
        if let Self::NoToken(fault) = self { fault.root() } else { self }
    }
}

/// A fault with the vendor's response code, where there was one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{fault}{}", code.as_ref().map(|code| format!(" ({})", code.as_str())).unwrap_or_default())]
pub struct Error {
    /// What went wrong.
    pub fault: Fault,
    /// The response code of the last answer.
    pub code: Option<ResponseCode>,
    /// For how long the vendor wants to hear nothing, where it says so.
    pub retry_after: Option<Duration>,
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        Self { fault, code: None, retry_after: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_shows_its_code_and_no_words_of_the_vendor() {
        let code = ResponseCode::new("418021234");
        let fault = Fault::Other("nomor 01105691111".into());
        let shown = Error { code, ..fault.into() }.to_string();
        assert_eq!(shown, "Klikoo refused with a code that is in no table (418021234)");
    }
}
