//! Why a request to the partner API brought no answer that can be used.

use crate::value::{OperatorProblem, ResponseCode, is_invisible};

/// The longest message of the vendor that is kept, in characters.
const LONGEST_MESSAGE: usize = 200;

/// What went wrong, as a caller tells it apart.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The provider says that it knows no such customer.
    #[error("the provider does not know this number")]
    NumberNotFound,
    /// The nominal is too small for the provider.
    #[error("the amount is too small for the provider")]
    AmountTooSmall,
    /// The vendor does not know the product, or cannot inquire it.
    #[error("the vendor cannot inquire this product")]
    ProductUnavailable,
    /// The provider is out of order.
    #[error("the provider is out of order")]
    ProviderDown,
    /// The vendor is out of order.
    #[error("Klikoo is out of order")]
    VendorFault,
    /// No connection, or it was lost before an answer began.
    #[error("Klikoo cannot be reached, or the connection was lost")]
    Unreachable,
    /// An answer that cannot be read: HTML, empty, cut off, too large, or about another customer.
    #[error("Klikoo's answer cannot be read")]
    Garbled,
    /// No answer within the time that one check has.
    #[error("no answer from Klikoo in time")]
    Timeout,
    /// Only the operator can put it right.
    #[error("the operator has to put something right: {0:?}")]
    Operator(OperatorProblem),
    /// A refusal that is in no table; the vendor's own words, bounded, without control characters, may be empty.
    ///
    /// They may hold the customer's number: they are for the chat that asked, so `Display` leaves them out.
    #[error("Klikoo refused with a code that is in no table")]
    Other(String),
}

impl Fault {
    /// A fault that is known by the vendor's words alone.
    pub(super) fn other(message: &str) -> Self {
        Self::Other(printable(message, LONGEST_MESSAGE))
    }
}

/// A text from outside on one line: control characters, and marks that could turn the text around it, become spaces, and
/// at most `longest` characters remain.
pub(super) fn printable(text: &str, longest: usize) -> String {
    let cleaned = text.replace(|c: char| c.is_control() || is_invisible(c), " ");
    let short: String = cleaned.trim().chars().take(longest).collect();
    short.trim_end().to_owned()
}

/// A fault with the vendor's response code, where there was one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{fault}{}", code.as_ref().map(|code| format!(" ({})", code.as_str())).unwrap_or_default())]
pub struct Error {
    /// What went wrong.
    pub fault: Fault,
    /// The response code of the last answer.
    pub code: Option<ResponseCode>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vendors_words_are_cleaned_and_bounded() {
        assert_eq!(Fault::other("  Gagal\r\n\u{1b}[31m "), Fault::Other("Gagal   [31m".into()));
        assert_eq!(Fault::other("Gagal\u{202e}\u{200b}"), Fault::Other("Gagal".into()));
        let Fault::Other(long) = Fault::other(&"é".repeat(5000)) else { panic!() };
        assert_eq!(long.chars().count(), LONGEST_MESSAGE);
    }

    #[test]
    fn an_error_shows_its_code_and_no_words_of_the_vendor() {
        let code = ResponseCode::new("418021234");
        let shown = Error { fault: Fault::other("nomor 01105691111"), code }.to_string();
        assert_eq!(shown, "Klikoo refused with a code that is in no table (418021234)");
    }
}
