//! What is said in a word or two and is no check: thanks, impatience, "once more", a command without its slash.

use super::command::Command;

/// A message of a few words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fragment {
    /// `makasih kak 🙏`, `ok`, a thumb.
    Thanks,
    /// `kok lama`, `sudah?`.
    Impatient,
    /// `ulang`, `cek lagi`.
    Again,
    /// `help`, `riwayat`, `batal`.
    Command(Command),
}

/// Words that say nothing by themselves.
const IDLE: &str = "kak kakak min admin bang gan om bos boss sis mas mbak pak bu ya yah yaa yg yang dong deh nih sih \
    banyak bgt banget please pls tolong";

const THANKS: &str = "makasih makasi mksh mksih terimakasih terima kasih trims tks thanks thank you thx tq nuhun suwun \
    matur ok oke okey okay sip siap siip mantap baik noted";

const IMPATIENT: &str =
    "kok lama lambat mana sudah udah belum blm masih jawabannya hasilnya hasil nunggu still waiting";

/// One of these makes impatience of the words around it.
const WAITED_FOR: &str = "lama lambat mana sudah udah belum blm nunggu waiting";

const AGAIN: &str = "ulang ulangi lagi cek again check";

/// One of these makes "once more" of the words around it.
const REPEATED: &str = "ulang ulangi lagi again";

const COMMANDS: &[(&str, Command)] = &[
    ("help", Command::Help),
    ("bantuan", Command::Help),
    ("menu", Command::Help),
    ("start", Command::Start),
    ("mulai", Command::Start),
    ("produk", Command::Products),
    ("harga", Command::Products),
    ("riwayat", Command::History),
    ("history", Command::History),
    ("batal", Command::Cancel),
    ("batalkan", Command::Cancel),
    ("cancel", Command::Cancel),
    ("gangguan", Command::Outages),
    ("status", Command::Outages),
];

impl Fragment {
    /// Reads a message of a few words; `None` where it is more, or none of these.
    pub(super) fn of(text: &str) -> Option<Self> {
        let text = text.to_lowercase();
        if text.contains(|c: char| c.is_ascii_digit()) {
            return None;
        }
        let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
        if let [word] = words.as_slice()
            && let Some((_, command)) = COMMANDS.iter().find(|(known, _)| known == word)
        {
            return Some(Self::Command(*command));
        }
        let is_of = |words: &str, word: &str| words.split(' ').any(|known| known == word);
        let said: Vec<&str> = words.iter().copied().filter(|word| !is_of(IDLE, word)).collect();
        let all = |known: &str| said.iter().all(|word| is_of(known, word));
        let any = |known: &str| said.iter().any(|word| is_of(known, word));
        match () {
            // Emoji alone, or nothing but `kak`.
            () if said.is_empty() => Some(Self::Thanks),
            () if all(THANKS) => Some(Self::Thanks),
            () if all(AGAIN) && any(REPEATED) => Some(Self::Again),
            () if all(IMPATIENT) && any(WAITED_FOR) => Some(Self::Impatient),
            () => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_words_are_understood() {
        for (text, fragment) in [
            ("makasih", Fragment::Thanks),
            ("terima kasih kak 🙏", Fragment::Thanks),
            ("👍", Fragment::Thanks),
            ("Ok", Fragment::Thanks),
            ("kok lama", Fragment::Impatient),
            ("mana", Fragment::Impatient),
            ("sudah?", Fragment::Impatient),
            ("ulang", Fragment::Again),
            ("Cek lagi dong", Fragment::Again),
            ("help", Fragment::Command(Command::Help)),
            ("Riwayat", Fragment::Command(Command::History)),
            ("harga", Fragment::Command(Command::Products)),
        ] {
            assert_eq!(Fragment::of(text), Some(fragment), "{text}");
        }
    }

    #[test]
    fn other_words_are_no_fragment() {
        for text in ["cek", "PLN20", "dana", "belum masuk pulsanya", "ok PLN20 01105691111", "harga pulsa", "lagi apa"]
        {
            assert_eq!(Fragment::of(text), None, "{text}");
        }
    }
}
