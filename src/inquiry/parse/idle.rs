//! Takes out of a message what says nothing about its check: a customer's name that is called so, and polite words.

use super::{
    span::Span,
    token::{SURELY_A_NUMBER, Token},
    words::Class,
};
use crate::{catalog::Catalog, value::clean};

/// What stands before a customer's name, the longer first.
const BEFORE_NAME: [&[&str]; 8] = [
    &["atas", "nama"],
    &["nama", "pelanggan"],
    &["nama", "customer"],
    &["nama", "akun"],
    &["nama", "pemilik"],
    &["a", "n"],
    &["an"],
    &["nama"],
];

/// A name has no more words.
const MAX_NAME_WORDS: usize = 8;

/// The longest name that is kept, in characters.
pub(super) const MAX_NAME_LEN: usize = 60;

/// Takes out the first name that is called so (`an Budi`, `a.n. Bapak Budi`, `Nama: Budi`), up to the end of its line,
/// a comma, or a word that is none.
pub(super) fn take_name<'t>(all: Span<'t>) -> (Vec<Token<'t>>, Option<String>) {
    for at in 0..all.len() {
        let Some(mark) = BEFORE_NAME.iter().find(|mark| stands_at(mark, all.from(at))) else { continue };
        let behind = all.from(at + mark.len());
        let words = behind.split(name_words(behind)).0;
        let name = clean(words.text(), MAX_NAME_LEN);
        if name.is_empty() {
            continue;
        }
        let (before, _) = all.split(at);
        let kept = before.tokens.iter().chain(behind.from(words.len()).tokens).copied().collect();
        return (kept, Some(name));
    }
    (all.tokens.to_vec(), None)
}

fn stands_at(mark: &[&str], span: Span<'_>) -> bool {
    let (front, _) = span.split(mark.len());
    front.len() == mark.len()
        && front.tokens.iter().zip(mark).all(|(token, word)| token.text.eq_ignore_ascii_case(word))
}

/// How many tokens in front are a name, without the polite words at its end.
fn name_words(behind: Span<'_>) -> usize {
    let is_part = |at: usize, token: &Token<'_>| {
        // Nor does a name go on where a PIN was taken out.
        let is_end = |c: char| matches!(c, '\n' | ',' | ';' | '|' | '/' | '=' | '(') || c.is_alphanumeric();
        let ends = at > 0 && behind.gap(at).contains(is_end);
        let is_word = matches!(token.class, Class::Word | Class::Idle | Class::Ask | Class::Fill | Class::NotOffered);
        is_word && !ends && token.product.is_none() && token.text.contains(char::is_alphabetic)
    };
    let words = behind.tokens.iter().enumerate().take(MAX_NAME_WORDS).take_while(|(at, token)| is_part(*at, token));
    let words: Vec<_> = words.map(|(_, token)| token.class).collect();
    words.iter().rposition(|class| !class.is_idle()).map_or(0, |last| last + 1)
}

/// Leaves out what says nothing: polite words, labels, a provider's name beside one of its codes. What stands between
/// digits stays, so that they are not read as one number; and where nothing else was typed, everything does.
pub(super) fn leave_out<'t>(all: &[Token<'t>], catalog: &'t Catalog) -> Vec<Token<'t>> {
    let product = all.iter().find(|token| token.is_code()).and_then(|code| code.product);
    let is_idle = |token: &Token<'_>| {
        let is_known = |provider| product.is_some_and(|product| product.provider == provider);
        token.product.is_none()
            && match token.class {
                Class::Provider(provider) => is_known(provider),
                class => class.is_idle(),
            }
    };
    let mut kept: Vec<Token<'t>> = Vec::with_capacity(all.len());
    let mut rest = all;
    while let Some((token, behind)) = rest.split_first() {
        let idle = rest.iter().take_while(|token| is_idle(token)).count();
        if idle == 0 {
            kept.push(*token);
            rest = behind;
            continue;
        }
        let (run, others) = rest.split_at_checked(idle).unwrap_or((rest, &[]));
        let is_group = |token: Option<&Token<'_>>| token.is_some_and(Token::is_group);
        let may_be_amount = others.first().is_some_and(|next| next.is_group() && next.digits < SURELY_A_NUMBER);
        let tells_amount = may_be_amount && run.iter().any(|token| token.class == Class::Fill);
        if is_group(kept.last()) && is_group(others.first()) || tells_amount {
            kept.extend(run);
        }
        rest = others;
    }
    if kept.is_empty() {
        return all.to_vec();
    }
    // `01105691111🙏 makasih`: a sign at the end of what was typed is no part of it.
    if let Some(last) = kept.last_mut() {
        let text = last.text.trim_end_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '…' | '•' | '+'));
        if text.len() < last.text.len() {
            *last = Token::new(text, catalog);
        }
    }
    kept
}
