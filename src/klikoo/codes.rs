//! What the vendor's response codes mean: every row of its page "APIs Response Code", and what HTTP itself
//! says where a code is in no row.
//!
//! A code is HTTP status (3 digits), service (2) and case (4). The case decides; the service digits vary.

use reqwest::StatusCode;

use super::{Fault, retry::Cause, words::billers_own};
use crate::value::{OperatorProblem, ResponseCode};

/// What an answer says of the request that it answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// It was done.
    Success,
    /// Nothing is decided: no code, or one that begins with a 2 and is in no table. With the customer's data it is a
    /// success.
    Undecided,
    /// It failed, and this is why.
    Failed(Cause),
}

/// Nothing of Klikoo's stands at this path.
const NO_API: Cause = Cause::Fault(Fault::Operator(OperatorProblem::NoApi));

fn failed(fault: Fault) -> Meaning {
    Meaning::Failed(Cause::Fault(fault))
}

fn operators(problem: OperatorProblem) -> Meaning {
    failed(Fault::Operator(problem))
}

/// The cases of the vendor's page. Of `7005` (no such transaction) and `7012` (the last instalment), which no inquiry
/// of a prepaid product gets, the message is shown, as of an unknown one.
fn by_case(case: &str) -> Option<Meaning> {
    Some(match case {
        "2000" | "2001" => Meaning::Success,
        "6500" | "6535" => Meaning::Failed(Cause::TokenRefused(OperatorProblem::Token)),
        "6505" => Meaning::Failed(Cause::ClockRefused),
        "6508" => operators(OperatorProblem::Signature),
        "6510" | "6512" | "6568" | "6569" => operators(OperatorProblem::Request),
        "6524" => operators(OperatorProblem::NotVerified),
        "6563" => Meaning::Failed(Cause::ReferenceUsed),
        "6567" | "6572" => operators(OperatorProblem::AccountType),
        "6570" => operators(OperatorProblem::Credentials),
        "6571" => operators(OperatorProblem::AddressNotListed),
        "7001" => operators(OperatorProblem::AccountData),
        "7002" | "7011" => failed(Fault::NumberNotFound),
        "7009" => operators(OperatorProblem::AccountBlocked),
        "6525" | "7003" | "9976" | "9992" => failed(Fault::ProductUnavailable),
        "8504" | "8505" | "8601" | "9975" | "9999" => failed(Fault::VendorFault),
        "9991" => failed(Fault::ProviderDown),
        _ => return None,
    })
}

/// The meaning of an answer by its HTTP status, its code and the message that came with it.
pub(super) fn meaning(status: StatusCode, code: Option<&ResponseCode>, message: &str) -> Meaning {
    let (digits, case) = (code.map_or("", ResponseCode::as_str), code.and_then(ResponseCode::case));
    // 6570 is the one refusal among the 401s that a new token does not help.
    let is_401 = (status == StatusCode::UNAUTHORIZED || digits.starts_with("401")) && case != Some("6570");
    match case.and_then(by_case) {
        Some(Meaning::Failed(Cause::Fault(Fault::Operator(problem)))) if is_401 => {
            return Meaning::Failed(Cause::TokenRefused(problem));
        }
        Some(meaning) => return meaning,
        None => {}
    }
    // The biller's own words come under the case 9998, in codes of every length.
    let billers = if digits.len() >= 7 && digits.ends_with("9998") { billers_own(message) } else { None };
    let by_code = || digits.get(..3).and_then(|part| by_http(part.parse().ok()?));
    let by_status = || match status.as_u16() {
        404 if code.is_none() => Some(NO_API),
        500.. if code.is_none() => Some(Cause::Fault(Fault::Garbled)),
        status => by_http(status),
    };
    // A code that only repeats its HTTP status, and names no service.
    let no_service = (digits == "404000000").then_some(NO_API);
    let cause = billers.map(Cause::Fault).or(no_service).or_else(by_code).or_else(by_status);
    match cause {
        Some(cause) => Meaning::Failed(cause),
        None if digits.is_empty() || digits.starts_with('2') => Meaning::Undecided,
        None => failed(Fault::Other(message.to_owned())),
    }
}

/// What an HTTP status says by itself, or the one that a code begins with; `None` where it says nothing for certain.
fn by_http(status: u16) -> Option<Cause> {
    Some(match status {
        // The path is the API's own; a token that is no good may lead to a page for logging in.
        300..=399 => Cause::TokenRefused(OperatorProblem::NoApi),
        401 => Cause::TokenRefused(OperatorProblem::Token),
        403 | 451 => Cause::Fault(Fault::Operator(OperatorProblem::Forbidden)),
        405 | 426 => NO_API,
        429 => Cause::Fault(Fault::Operator(OperatorProblem::Throttled)),
        408 | 500..=599 => Cause::Fault(Fault::NotNow),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meaning_of(code: &str, message: &str) -> Meaning {
        meaning(StatusCode::OK, ResponseCode::new(code).as_ref(), message)
    }

    fn other(message: &str) -> Meaning {
        failed(Fault::Other(message.into()))
    }

    /// Every row of the vendor's page "APIs Response Code".
    #[test]
    fn every_row_of_the_table_has_its_meaning() {
        use Fault::{AmountTooSmall, NumberNotFound, ProductUnavailable, ProviderDown, VendorFault};
        use OperatorProblem::{
            AccountBlocked, AccountData, AccountType, AddressNotListed, Credentials, NotVerified, Request, Signature,
            Token,
        };
        let success = || Meaning::Success;
        let token_refused = || Meaning::Failed(Cause::TokenRefused(Token));
        let no_transaction = "Transaksi tidak ditemukan";
        let last_instalment = "Angsuran terakhir, silahkan kunjungi kantor cabang";
        let rows = [
            ("200", "2000", "Sukses", success()),
            ("201", "2001", "Berhasil dibuat", success()),
            ("400", "6505", "Waktu tidak sesuai", Meaning::Failed(Cause::ClockRefused)),
            ("400", "6508", "Signature tidak sesuai", operators(Signature)),
            ("400", "6510", "Validasi Error", operators(Request)),
            ("400", "6512", "Field tidak boleh kosong", operators(Request)),
            ("400", "6525", "Produk tidak sesuai", failed(ProductUnavailable)),
            ("404", "6525", "Produk tidak ditemukan", failed(ProductUnavailable)),
            ("404", "7003", "Produk tidak ditemukan", failed(ProductUnavailable)),
            ("400", "6568", "UUID tidak sesuai", operators(Request)),
            ("400", "6569", "Grant type tidak sesuai", operators(Request)),
            ("401", "6500", "Token tidak sesuai", token_refused()),
            ("401", "6535", "Token kadaluarsa", token_refused()),
            ("401", "6570", "Kredensial tidak sesuai", operators(Credentials)),
            ("403", "6524", "Butuh verifikasi terlebih dahulu", operators(NotVerified)),
            ("403", "6567", "User type bukan b2b", operators(AccountType)),
            ("403", "6572", "User type bukan irs", operators(AccountType)),
            ("403", "6571", "IP tidak ada di dalam whitelist", operators(AddressNotListed)),
            ("404", "7001", "Gagal ambil data user", operators(AccountData)),
            ("404", "7002", "No Customer tidak ditemukan", failed(NumberNotFound)),
            ("404", "7011", "No pelanggan salah, pastikan nomor yang diinput sesuai", failed(NumberNotFound)),
            ("404", "7005", no_transaction, other(no_transaction)),
            ("404", "7009", "Akun telah dinonaktifkan atau diblokir", operators(AccountBlocked)),
            ("404", "7012", last_instalment, other(last_instalment)),
            ("409", "6563", "ReferenceNo sudah digunakan", Meaning::Failed(Cause::ReferenceUsed)),
            ("500", "8504", "Database error", failed(VendorFault)),
            ("500", "8505", "Database error", failed(VendorFault)),
            ("500", "8601", "Redis error", failed(VendorFault)),
            ("500", "9975", "Hubungi admin", failed(VendorFault)),
            ("500", "9999", "Hubungi admin", failed(VendorFault)),
            ("500", "9992", "Provider tidak diketahui", failed(ProductUnavailable)),
            ("501", "9976", "Belum di implementasi", failed(ProductUnavailable)),
            ("503", "9991", "Supplier sedang gangguan", failed(ProviderDown)),
            ("503", "9998", "Jumlah pembayaran harus lebih besar dari 10000", failed(AmountTooSmall)),
            ("503", "9998", "CUSTID not recognized. Biller throws exception. Err:5110", failed(NumberNotFound)),
            ("503", "9998", "Biller sibuk", failed(ProviderDown)),
        ];
        for (status, case, message, expected) in rows {
            for service in ["00", "01", "02", "03", "04"] {
                let code = format!("{status}{service}{case}");
                assert_eq!(meaning_of(&code, message), expected, "{code}");
            }
        }
    }

    #[test]
    fn an_unknown_code_keeps_its_message() {
        for code in ["418021234", "4040", "40402700211", "404040000", "404001234", "422049123"] {
            assert_eq!(meaning_of(code, "Pesan baru"), other("Pesan baru"), "{code}");
        }
    }

    #[test]
    fn the_billers_own_words_are_read_under_their_case_in_codes_of_every_length() {
        for code in ["503029998", "404049998", "400009998", "5039998"] {
            assert_eq!(meaning_of(code, "Nomor meter ini tidak terdaftar"), failed(Fault::NumberNotFound), "{code}");
            assert_eq!(meaning_of(code, "Hubungi CA"), failed(Fault::Refused("Hubungi CA".into())), "{code}");
        }
        assert_eq!(meaning_of("503029998", " "), failed(Fault::NotNow), "no words: only what HTTP says");
        assert_eq!(meaning_of("404049997", "Not found"), other("Not found"), "a gateway's words are about no number");
    }

    #[test]
    fn not_now_is_not_no() {
        for code in ["408020000", "5002400", "500020000", "502020000", "504020000", "503029990"] {
            assert_eq!(meaning_of(code, "Nomor tidak ditemukan"), failed(Fault::NotNow), "{code}");
        }
        for code in ["429020000", "4292400", "429000000"] {
            assert_eq!(meaning_of(code, "?"), operators(OperatorProblem::Throttled), "{code}");
        }
    }

    #[test]
    fn every_401_but_that_of_the_credentials_is_about_the_token() {
        let refused = |problem| Meaning::Failed(Cause::TokenRefused(problem));
        for code in ["401000000", "401020001", "4010000", "401", "4017301", "401029998"] {
            assert_eq!(meaning_of(code, ""), refused(OperatorProblem::Token), "{code}");
        }
        assert_eq!(meaning_of("401016570", "?"), operators(OperatorProblem::Credentials));
        assert_eq!(
            meaning_of("401026508", "?"),
            refused(OperatorProblem::Signature),
            "told if a new token does not help"
        );
        let unauthorized = |code| meaning(StatusCode::UNAUTHORIZED, ResponseCode::new(code).as_ref(), "Unauthorized");
        for code in ["", "400020001", "2000200"] {
            assert_eq!(unauthorized(code), refused(OperatorProblem::Token), "{code:?}");
        }
        assert_eq!(unauthorized("400026508"), refused(OperatorProblem::Signature));
        assert_eq!(unauthorized("404047011"), failed(Fault::NumberNotFound), "a verdict is a verdict");
    }

    #[test]
    fn http_says_whose_fault_it_is_where_no_code_does() {
        use OperatorProblem::{Forbidden, NoApi, Throttled};
        for (status, expected) in [
            (302, Meaning::Failed(Cause::TokenRefused(NoApi))),
            (308, Meaning::Failed(Cause::TokenRefused(NoApi))),
            (403, operators(Forbidden)),
            (404, operators(NoApi)),
            (405, operators(NoApi)),
            (408, failed(Fault::NotNow)),
            (426, operators(NoApi)),
            (429, operators(Throttled)),
            (451, operators(Forbidden)),
            (500, failed(Fault::Garbled)),
            (503, failed(Fault::Garbled)),
            (200, Meaning::Undecided),
            (400, Meaning::Undecided),
        ] {
            assert_eq!(meaning(StatusCode::from_u16(status).unwrap(), None, "?"), expected, "{status}");
        }
        for (code, expected) in
            [("403020000", operators(Forbidden)), ("405000000", operators(NoApi)), ("404000000", operators(NoApi))]
        {
            assert_eq!(meaning_of(code, "?"), expected, "{code}");
        }
    }

    #[test]
    fn successes_that_are_in_no_table_decide_nothing() {
        for code in ["2000100", "2000200", "200020000", "202020000"] {
            assert_eq!(meaning_of(code, "Sukses"), Meaning::Undecided, "{code}");
        }
        assert_eq!(meaning(StatusCode::OK, None, "Sukses"), Meaning::Undecided);
    }
}
