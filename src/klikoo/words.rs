//! The vendor's free text: what the biller's own words mean, and what of them an agent may read.

use super::Fault;
use crate::value::{clean, is_placeholder};

/// The longest message of the vendor that is kept, in characters.
const LONGEST_MESSAGE: usize = 200;

/// A shorter secret would be found in messages by chance. The vendor's have 32 characters or more.
const SHORTEST_SECRET: usize = 8;

/// Stems in the biller's words, and what they say; of several rows the first counts.
///
/// Sources: the vendor's page on response codes (its own `7002`, `7011`, `9991`, `9998`); Jatelindo's response codes
/// for PLN prepaid as public clients have them (`NOMOR METER/IDPEL YANG ANDA MASUKKAN SALAH`, `KONSUMEN DIBLOKIR`,
/// `TOTAL KWH MELEBIHI BATAS MAKSIMUM`, `PEMBELIAN MINIMAL`, `cut off sedang dalam progress`); Digiflazz, "Alasan
/// Gagal" and "Response Code" (`Nomor Tujuan Diblokir`, `INCORRECT DESTINATION NUMBER`, `OUT OF SERVICE`, `LIMIT
/// EXCEEDED`, `BILL HAS BEEN PAID`); DOKU Biller, "Response Code" (`Invalid billing id`, `cut off time`); banks'
/// tables of ISO 8583 codes (`Issuer or Switch Inoperative`, `Customer Id Blocked`, `Phone number not exist`).
static STEMS: [(&str, Fault); 6] = [
    ("custid not recognized|digit", Fault::NumberNotFound),
    (
        "cut off|cut-off|cutoff|time out|time-out|timeout|timed out|gangguan|sibuk|busy|link down|is down|offline|\
         out of service|inoperative|malfunction|maintenance|pemeliharaan|perbaikan|unavailable|unreachable|no response|\
         tidak merespon|tidak ada respon|too late|koneksi|connection|beberapa saat|try again later|tidak stabil|\
         system error|sistem error|kesalahan sistem|internal error|server error|database error|database problem|\
         unknown error|unknown response|invalid response",
        Fault::ProviderDown,
    ),
    ("blokir|blocked|suspend|dibekukan", Fault::NumberBlocked),
    ("sudah lunas|telah lunas|sudah dibayar|telah dibayar|terbayar|already paid|been paid", Fault::AlreadyPaid),
    ("harus lebih besar|minimal|minimum|terlalu kecil|too small", Fault::AmountTooSmall),
    ("melebihi|exceed|over limit|overlimit|limit trx|limit transaksi|maksimum|maksimal|maximum", Fault::OverLimit),
];

/// Stems of what a wrong or unknown number is called, by the same sources.
const WRONG: &str = "salah|tidak terdaftar|belum terdaftar|tidak ditemukan|tidak dikenal|tidak valid|tidak sesuai|\
                     bukan pelanggan|not found|not exist|not registered|unregistered|not recognized|not recognised|\
                     not valid|invalid|unknown|incorrect|uncorrect|wrong|no such";

/// Stems of what else may be wrong: where one stands in the same clause, the number is not accused.
const NOT_THE_NUMBER: &str = "nominal|amount|jumlah|denom|produk|product|sku|harga|price|saldo|balance|pin|password|\
                              signature|token|format|request|parameter|payload|merchant|terminal|switcher|bank|kartu|\
                              card|referen|ref id|transaksi tidak|transaction not|invalid transaction|kode|code";

/// What the biller's own words say; `None` without any. Words that say nothing certain are kept as they came:
/// [`for_agents`] makes them readable.
pub(super) fn billers_own(message: &str) -> Option<Fault> {
    let words = clean(&html_escape::decode_html_entities(message), usize::MAX).to_lowercase();
    let accuses = |clause: &str| has_any(clause, WRONG) && !has_any(clause, NOT_THE_NUMBER);
    let said = STEMS.iter().find(|(stems, _)| has_any(&words, stems)).map(|(_, fault)| fault.clone());
    match said {
        _ if is_placeholder(&words) => None,
        Some(fault) => Some(fault),
        None if words.split([',', '.', ';', ':', '!', '(', ')']).any(accuses) => Some(Fault::NumberNotFound),
        None => Some(Fault::Refused(message.to_owned())),
    }
}

/// Whether one of the stems, which `|` separates, stands in `words`. Indonesian puts syllables in front (`diblokir`,
/// `terblokir`), but a short stem must begin a word: `salah` does not stand in `masalah`, nor `pin` in `pemimpin`.
fn has_any(words: &str, stems: &str) -> bool {
    stems.split('|').any(|stem| {
        words.match_indices(stem).any(|(at, _)| {
            let before = words.get(..at).and_then(|before| before.chars().next_back());
            stem.len() > 5 || !before.is_some_and(char::is_alphanumeric)
        })
    })
}

impl Fault {
    /// The same with the vendor's words as agents may read them: no links, none of our `secrets`.
    pub(super) fn readable(self, secrets: &[&str]) -> Self {
        match self {
            Self::Other(message) => Self::Other(for_agents(&message, secrets)),
            Self::Refused(message) => match for_agents(&message, secrets) {
                nothing if nothing.is_empty() => Self::Other(nothing),
                words => Self::Refused(words),
            },
            fault => fault,
        }
    }
}

/// The vendor's words as agents may read them: on one line, bounded, HTML entities decoded once, without links; empty
/// where they hold one of our `secrets`, or nothing.
pub(super) fn for_agents(message: &str, secrets: &[&str]) -> String {
    let words = clean(&html_escape::decode_html_entities(message), usize::MAX);
    let bare = |text: &str| text.to_lowercase().replace(' ', "");
    let (all, is_secret) = (bare(&words), |secret: &&&str| secret.len() >= SHORTEST_SECRET);
    if is_placeholder(&words) || secrets.iter().filter(is_secret).any(|secret| all.contains(&bare(secret))) {
        return String::new();
    }
    let without_links = words.split(' ').map(|word| if is_link(word) { "…" } else { word });
    clean(&without_links.collect::<Vec<_>>().join(" "), LONGEST_MESSAGE)
}

/// Whether Telegram, or a reader, may take a word for an address: of a page, of a person, or of a machine.
fn is_link(word: &str) -> bool {
    let word = word.to_lowercase().replace(['。', '．', '｡', '․'], ".").replace(['＠', '﹫'], "@");
    let is_address = |host: &str| {
        let labels: Vec<&str> = host.trim_matches('.').split('.').collect();
        let is_number = |label: &&str| label.bytes().all(|byte| byte.is_ascii_digit());
        let last = labels.last().copied().unwrap_or_default();
        let is_name = last.chars().count() >= 2 && last.chars().all(char::is_alphabetic) || last.starts_with("xn--");
        let is_whole = labels.iter().all(|label| !label.is_empty());
        is_whole && (labels.len() > 1 && is_name || labels.len() == 4 && labels.iter().all(is_number))
    };
    ["://", "http:", "https:", "www.", "@"].iter().any(|part| word.contains(part))
        || word.split(|c: char| !c.is_alphanumeric() && !matches!(c, '.' | '-')).any(is_address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_billers_words_say_what_they_mean() {
        use Fault::{AlreadyPaid, AmountTooSmall, NumberBlocked, NumberNotFound, OverLimit, ProviderDown};
        for (words, fault) in [
            ("CUSTID not recognized. Biller throws exception. Err:5110", NumberNotFound),
            ("Nomor meter ini tidak terdaftar", NumberNotFound),
            ("NOMOR METER/IDPEL YANG ANDA MASUKKAN SALAH, MOHON TELITI KEMBALI", NumberNotFound),
            ("No Customer tidak ditemukan", NumberNotFound),
            ("Nomor tujuan tidak valid", NumberNotFound),
            ("INCORRECT DESTINATION NUMBER", NumberNotFound),
            ("Invalid billing id/phone number.", NumberNotFound),
            ("Unknown subscriber", NumberNotFound),
            ("Account not found", NumberNotFound),
            ("Phone number not exist / Billing ID not exist", NumberNotFound),
            ("Transaksi tidak bisa dilakukan karena cut off sedang dalam progress", ProviderDown),
            ("Cut Off Is In Progress", ProviderDown),
            ("Request Time Out", ProviderDown),
            ("Timeout Dari Biller", ProviderDown),
            ("PLN sedang gangguan", ProviderDown),
            ("Biller sibuk", ProviderDown),
            ("LINK DOWN", ProviderDown),
            ("PRODUCT IS TEMPORARILY OUT OF SERVICE", ProviderDown),
            ("Issuer or Switch Inoperative", ProviderDown),
            ("Unknown error", ProviderDown),
            ("Invalid response from biller", ProviderDown),
            ("KONSUMEN DIBLOKIR HUBUNGI PLN", NumberBlocked),
            ("Nomor Tujuan Diblokir", NumberBlocked),
            ("CUSTOMER NUMBER BLOCKED", NumberBlocked),
            ("Tagihan Sudah Lunas", AlreadyPaid),
            ("Bill already paid.", AlreadyPaid),
            ("BILL HAS BEEN PAID", AlreadyPaid),
            ("TOTAL KWH MELEBIHI BATAS MAKSIMUM", OverLimit),
            ("MONTHLY TOP UP LIMIT EXCEEDED", OverLimit),
            ("Jumlah pembayaran harus lebih besar dari 10000", AmountTooSmall),
            ("PEMBELIAN MINIMAL RP. 20 RIBU", AmountTooSmall),
            ("TRX S1.081000000001 GAGAL, Nomor tujuan salah. SISA SALDO 1000000", NumberNotFound),
            ("Transaksi gagal karena nomor meter salah", NumberNotFound),
            ("Jumlah Digit Kurang Atau Lebih", NumberNotFound),
            ("Nomor&#32;salah", NumberNotFound),
            ("TIDAK\u{200b} TERDAFTAR", NumberNotFound),
        ] {
            assert_eq!(billers_own(words), Some(fault), "{words}");
        }
    }

    #[test]
    fn what_is_wrong_with_something_else_accuses_no_number() {
        for words in [
            "NOMINAL PEMBELIAN TIDAK TERDAFTAR",
            "Invalid amount",
            "Produk belum terdaftar",
            "PIN Salah",
            "Format salah",
            "Transaksi Tidak Ditemukan",
            "SALDO ANDA TIDAK MENCUKUPI",
            "Hubungi admin",
            "Terjadi masalah",
            "Terjadi kesalahan",
        ] {
            assert_eq!(billers_own(words), Some(Fault::Refused(words.into())), "{words}");
        }
        for nothing in ["", " ", "-", "null"] {
            assert_eq!(billers_own(nothing), None, "{nothing:?}");
        }
    }

    #[test]
    fn the_vendors_words_are_cleaned_and_bounded() {
        let read = |words: &str| for_agents(words, &[]);
        assert_eq!(read("  Gagal\r\n\u{1b}[31m "), "Gagal [31m");
        assert_eq!(read("Gagal\u{202e}\u{200b} &amp;lt;b&gt;"), "Gagal &lt;b>", "decoded once");
        assert_eq!(read(&"é".repeat(5000)).chars().count(), LONGEST_MESSAGE);
        assert_eq!(read("null"), "");
    }

    #[test]
    fn a_link_is_no_word_for_agents() {
        for link in [
            "http://evil.example/x",
            "HTTPS://EVIL.EXAMPLE",
            "www.evil",
            "t.me/evil",
            "(t.me/evil)",
            "tg://resolve",
            "@evil",
            "cs@evil.example",
            "evil.com",
            "evil.com.",
            "evil。com",
            "ev\u{200b}il.com",
            "evil.com/x?y=1",
            "klik:evil.co.id",
            "xn--evl-xyz.xn--p1ai",
            "10.20.30.40",
            "10.20.30.40/login",
            "＠evil",
            "пример.рф",
        ] {
            assert_eq!(for_agents(&format!("Hubungi {link} segera"), &[]), "Hubungi … segera", "{link}");
        }
        for word in
            ["Rp20.546", "Err:5110", "kode_ini*", "No.", "Gagal...", "1.000.000", "v1.2", "08/11/2026", "a.m", "&"]
        {
            assert_eq!(for_agents(&format!("Hubungi {word} segera"), &[]), format!("Hubungi {word} segera"));
        }
    }

    #[test]
    fn words_that_hold_a_secret_are_nobodys_to_read() {
        let secret = "9ec999e21a3be41064c52bb3f37554a2";
        let behind_the_cut = format!("{} {secret}", "x".repeat(190));
        for words in [format!("secret {secret}!"), secret.to_uppercase(), secret.replace("99", "9 9"), behind_the_cut] {
            assert_eq!(for_agents(&words, &["", "short", secret]), "", "{words}");
        }
        assert_eq!(for_agents("Saldo short", &["short", secret]), "Saldo short");
    }
}
