//! The words that mean something to the parser, as data: what a text is by its characters and its meaning.

use std::{collections::HashMap, sync::LazyLock};

use crate::value::Provider;

/// What a text between two separators is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// A customer's number or a part of one: digits, dashes between them, a `+` in front.
    Digits,
    /// Any other text with digits, such as `50rb`, `A5` or `1234!`.
    Mixed,
    /// Asks for a check, and says nothing of it.
    Ask,
    /// Says nothing about a check: courtesy, labels of a number, signs.
    Idle,
    /// Says nothing either, but that an amount may follow.
    Fill,
    /// What people call a provider, or its product.
    Provider(Provider),
    /// What people call a PIN, or a secret like it.
    PinName,
    /// May turn the meaning of a check around.
    Doubt,
    /// Another service, which this bot does not have.
    NotOffered,
    /// The same, but with a provider's name (`pulsa listrik`, `saldo dana`) it means the provider's product.
    NotOfferedAlone,
    /// Any other text without a digit of any kind.
    Word,
}

/// The words of each class, in small letters. A letter that is typed twice or more counts once: `kaaak`.
const MEANINGS: [(Class, &str); 14] = [
    (Class::Ask, "cek check tolong mohon"),
    // Courtesy, and what is said along with an order.
    (
        Class::Idle,
        "kak kakak ka min mimin admin gan agan bang abang bg bos boss mas mbak mba pak bapak bpk bu ibu om tante sis \
         bro kaka dek adek guys all semua gaes sir halo hallo hai hi hello hay p pagi siang sore malam selamat ass \
         assalamualaikum salam permisi punten misi maaf sorry dong donk dg deh ya y iya yah nih ni sih lah kok please \
         pls plis plz tlg tlong minta makasih makasi mksh mksi terima terimakasih kasih trims trimakasih tks thx \
         thanks thank you tq suwun nuwun matur sip oke ok okay mau mo beli order pesan \
         cekin cekkan cekan dicek ngecek ceknya dulu dl aja saja bisa buat untuk utk for ini itu yg yang ke ada di \
         sekarang skrg segera cepat cepet buruan ditunggu tunggu nunggu data berikut customernya pelanggannya \
         dan serta sama juga open diteruskan forwarded",
    ),
    (Class::Fill, "isi isikan isiin top up topup sebesar sebanyak senilai"),
    // Labels of a number, a name or a column.
    (
        Class::Idle,
        "no nomor nomer nmr nomr nope number meter meteran metran id idpel pel pelanggan customer cust hp wa telp tlp \
         telepon tujuan akun driver an atas nama siapa kode code produk product keterangan ket daftar list",
    ),
    (Class::Provider(Provider::Pln), "pln token tokn tkn listrik listik lisrik strum stroom setrum"),
    (Class::Provider(Provider::Ovo), "ovo"),
    (Class::Provider(Provider::Gopay), "gopay go-pay gopai"),
    (Class::Provider(Provider::Dana), "dana"),
    (Class::Provider(Provider::Maxim), "maxim maksim"),
    (Class::PinName, "pin pinnya pin-nya pinku pin-ku mpin m-pin sandi password passcode otp"),
    (
        Class::Doubt,
        "jangan jgn jng batal batalkan cancel bukan bkn salah keliru atau atw belum blm blum gagal ggl tidak tdk gak ga \
         nggak ngga gk enggak tanpa kecuali selain sudah udah udh sdh lunas pending ganti ubah hapus kosong nanti besok \
         tunda refund komplain kali benar bener betul",
    ),
    (Class::NotOffered, "bpjs pdam indihome telkom rek rekening norek tagihan pasca pascabayar cekpln"),
    (Class::NotOffered, "bca bri bni bsi paket kuota linkaja shopee shopeepay telkomsel indosat axis"),
    (Class::NotOfferedAlone, "saldo deposit pulsa transfer tf"),
];

/// The words by their letters, each letter once.
static WORDS: LazyLock<HashMap<String, Class>> = LazyLock::new(|| {
    let words = |(class, words): &(Class, &'static str)| {
        let class = *class;
        words.split_whitespace().map(move |word| (letters(word), class))
    };
    MEANINGS.iter().flat_map(words).collect()
});

/// The longest word of the table has fewer characters.
const MAX_WORD_LEN: usize = 24;

/// A word in small letters, without the repetitions of one.
fn letters(word: &str) -> String {
    let mut letters = String::new();
    for letter in word.chars().map(|c| c.to_ascii_lowercase()) {
        if !letters.ends_with(letter) {
            letters.push(letter);
        }
    }
    letters
}

impl Class {
    pub(super) fn of(text: &str) -> Self {
        if text.contains(char::is_numeric) {
            let digits = text.strip_prefix('+').unwrap_or(text);
            let is_number = digits.bytes().all(|b| b.is_ascii_digit() || b == b'-');
            return if is_number { Self::Digits } else { Self::Mixed };
        }
        if !text.contains(char::is_alphanumeric) {
            // Behind these digits are missing, or more of them follow.
            return if text.contains(['…', '+']) { Self::Word } else { Self::Idle };
        }
        let letters = letters(text.get(..MAX_WORD_LEN).unwrap_or(text));
        // A provider's name is taken as it is written: `PLNN` may be the beginning of a mistyped code.
        let is_exact = letters.len() == text.len();
        let known = WORDS.get(&letters).copied().filter(|class| is_exact || !matches!(class, Self::Provider(_)));
        known.filter(|_| text.len() <= MAX_WORD_LEN).unwrap_or(Self::Word)
    }

    /// Whether it says nothing about a check.
    pub(super) fn is_idle(self) -> bool {
        matches!(self, Self::Ask | Self::Idle | Self::Fill)
    }
}
