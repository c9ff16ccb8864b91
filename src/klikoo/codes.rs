//! What the vendor's response codes mean: every row of its page "APIs Response Code", as data.
//!
//! A code is HTTP status (3 digits), service (2) and case (4). The case decides; the service digits vary.

use super::Fault;
use crate::value::{OperatorProblem, ResponseCode};

/// The case of a code that only repeats its HTTP status.
const NO_CASE: &str = "0000";

/// What a code says of the request that it answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// It was done.
    Success,
    /// The code decides nothing: another length than promised. With the customer's data it is a success.
    Undecided,
    /// Our clock differs too much from the vendor's.
    ClockRefused,
    /// The access token is wrong or too old.
    TokenRefused,
    /// The reference was used before.
    ReferenceUsed,
    /// It failed, and this is why.
    Refused(Fault),
}

/// The meaning of a code and the message that came with it.
pub(super) fn meaning(code: Option<&ResponseCode>, message: &str) -> Meaning {
    let Some(case) = code.and_then(ResponseCode::case) else {
        return match code {
            Some(code) if !code.as_str().starts_with('2') => Meaning::Refused(Fault::other(message)),
            _ => Meaning::Undecided,
        };
    };
    match case {
        NO_CASE if code.is_some_and(|code| code.as_str().starts_with("40400")) => no_api(),
        "2000" | "2001" => Meaning::Success,
        "6505" => Meaning::ClockRefused,
        "6500" | "6535" => Meaning::TokenRefused,
        "6563" => Meaning::ReferenceUsed,
        _ => Meaning::Refused(operators(case).map_or_else(|| fault(case, message), Fault::Operator)),
    }
}

/// The meaning of a 404 that is none of the table's, because it names neither a service nor a case: nothing of Klikoo's
/// stands at this path.
pub(super) fn no_api() -> Meaning {
    Meaning::Refused(Fault::Operator(OperatorProblem::NoApi))
}

/// The cases that only the operator can put right.
fn operators(case: &str) -> Option<OperatorProblem> {
    Some(match case {
        "6508" => OperatorProblem::Signature,
        "6570" => OperatorProblem::Credentials,
        "6571" => OperatorProblem::AddressNotListed,
        "6524" => OperatorProblem::NotVerified,
        "6567" | "6572" => OperatorProblem::AccountType,
        "7009" => OperatorProblem::AccountBlocked,
        "7001" => OperatorProblem::AccountData,
        "6510" | "6512" | "6568" | "6569" => OperatorProblem::Request,
        _ => return None,
    })
}

/// The other cases; of an unknown one the message is kept. So it is of `7005` (no such transaction) and `7012`
/// (the last instalment), which no inquiry of a prepaid product gets.
fn fault(case: &str, message: &str) -> Fault {
    match case {
        "7002" | "7011" => Fault::NumberNotFound,
        "6525" | "7003" | "9992" | "9976" => Fault::ProductUnavailable,
        "9991" => Fault::ProviderDown,
        "8504" | "8505" | "8601" | "9975" | "9999" => Fault::VendorFault,
        "9998" => billers_own(message),
        _ => Fault::other(message),
    }
}

/// `503xx9998` carries the biller's own text, and only that tells a wrong number from too small an amount.
///
/// `CUSTID not recognized. Biller throws exception. Err:5110` and `Jumlah pembayaran harus lebih besar …` are the
/// vendor's samples. The other words are those of the vendor's own `7002` and `7011`.
fn billers_own(message: &str) -> Fault {
    const NOT_FOUND: [&str; 4] =
        ["custid not recognized", "customer tidak ditemukan", "pelanggan tidak ditemukan", "pelanggan salah"];
    let message_in_small = message.to_lowercase();
    if NOT_FOUND.iter().any(|words| message_in_small.contains(words)) {
        Fault::NumberNotFound
    } else if message_in_small.contains("harus lebih besar") {
        Fault::AmountTooSmall
    } else {
        Fault::other(message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meaning_of(code: &str, message: &str) -> Meaning {
        meaning(ResponseCode::new(code).as_ref(), message)
    }

    /// Every row of the vendor's page "APIs Response Code".
    #[test]
    fn every_row_of_the_table_has_its_meaning() {
        use Fault::{NumberNotFound, Operator, ProductUnavailable, ProviderDown, VendorFault};
        use Meaning::{ClockRefused, ReferenceUsed, Refused, Success, TokenRefused};
        use OperatorProblem::{
            AccountBlocked, AccountData, AccountType, AddressNotListed, Credentials, NotVerified, Request, Signature,
        };
        let no_transaction = "Transaksi tidak ditemukan";
        let last_instalment = "Angsuran terakhir, silahkan kunjungi kantor cabang";
        let rows = [
            ("200", "2000", "Sukses", Success),
            ("201", "2001", "Berhasil dibuat", Success),
            ("400", "6505", "Waktu tidak sesuai", ClockRefused),
            ("400", "6508", "Signature tidak sesuai", Refused(Operator(Signature))),
            ("400", "6510", "Validasi Error", Refused(Operator(Request))),
            ("400", "6512", "Field tidak boleh kosong", Refused(Operator(Request))),
            ("400", "6525", "Produk tidak sesuai", Refused(ProductUnavailable)),
            ("404", "6525", "Produk tidak ditemukan", Refused(ProductUnavailable)),
            ("404", "7003", "Produk tidak ditemukan", Refused(ProductUnavailable)),
            ("400", "6568", "UUID tidak sesuai", Refused(Operator(Request))),
            ("400", "6569", "Grant type tidak sesuai", Refused(Operator(Request))),
            ("401", "6500", "Token tidak sesuai", TokenRefused),
            ("401", "6535", "Token kadaluarsa", TokenRefused),
            ("401", "6570", "Kredensial tidak sesuai", Refused(Operator(Credentials))),
            ("403", "6524", "Butuh verifikasi terlebih dahulu", Refused(Operator(NotVerified))),
            ("403", "6567", "User type bukan b2b", Refused(Operator(AccountType))),
            ("403", "6572", "User type bukan irs", Refused(Operator(AccountType))),
            ("403", "6571", "IP tidak ada di dalam whitelist", Refused(Operator(AddressNotListed))),
            ("404", "7001", "Gagal ambil data user", Refused(Operator(AccountData))),
            ("404", "7002", "No Customer tidak ditemukan", Refused(NumberNotFound)),
            ("404", "7011", "No pelanggan salah, pastikan nomor yang diinput sesuai", Refused(NumberNotFound)),
            ("404", "7005", no_transaction, Refused(Fault::other(no_transaction))),
            ("404", "7009", "Akun telah dinonaktifkan atau diblokir", Refused(Operator(AccountBlocked))),
            ("404", "7012", last_instalment, Refused(Fault::other(last_instalment))),
            ("409", "6563", "ReferenceNo sudah digunakan", ReferenceUsed),
            ("500", "8504", "Database error", Refused(VendorFault)),
            ("500", "8505", "Database error", Refused(VendorFault)),
            ("500", "8601", "Redis error", Refused(VendorFault)),
            ("500", "9975", "Hubungi admin", Refused(VendorFault)),
            ("500", "9999", "Hubungi admin", Refused(VendorFault)),
            ("500", "9992", "Provider tidak diketahui", Refused(ProductUnavailable)),
            ("501", "9976", "Belum di implementasi", Refused(ProductUnavailable)),
            ("503", "9991", "Supplier sedang gangguan", Refused(ProviderDown)),
            ("503", "9998", "Jumlah pembayaran harus lebih besar dari 10000", Refused(Fault::AmountTooSmall)),
            ("503", "9998", "CUSTID not recognized. Biller throws exception. Err:5110", Refused(NumberNotFound)),
            ("503", "9998", "Biller sibuk", Refused(Fault::other("Biller sibuk"))),
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
        for code in ["418021234", "4040", "40402700211"] {
            assert_eq!(meaning_of(code, "Pesan baru"), Meaning::Refused(Fault::Other("Pesan baru".into())), "{code}");
        }
    }

    #[test]
    fn a_404_of_no_service_and_no_case_is_an_address_without_the_api() {
        assert_eq!(meaning_of("404000000", "Not Found"), no_api());
        for code in ["404040000", "405000000", "404001234"] {
            assert_eq!(meaning_of(code, "?"), Meaning::Refused(Fault::other("?")), "{code}");
        }
    }

    #[test]
    fn codes_of_the_vendors_own_odd_lengths_decide_nothing() {
        for code in ["2000100", "2000200"] {
            assert_eq!(meaning_of(code, "Sukses"), Meaning::Undecided, "{code}");
        }
        assert_eq!(meaning(None, "Sukses"), Meaning::Undecided);
    }
}
