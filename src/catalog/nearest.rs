//! What a mistyped word may have meant.

use std::sync::Arc;

use super::{Product, ProductCode};

/// Longer words are cut here: no code is as long, and the distance costs the product of both lengths.
const MAX_WORD_LEN: usize = 24;

/// Up to `most` codes near `word`, nearest first.
pub(super) fn codes(products: &[Arc<Product>], word: &str, most: usize) -> Vec<ProductCode> {
    let word: String = word.chars().take(MAX_WORD_LEN).map(|c| c.to_ascii_uppercase()).collect();
    let distance = |product: &Arc<Product>| Some((distance(product, &word)?, product.code.clone()));
    let mut found: Vec<_> = products.iter().filter_map(distance).collect();
    found.sort_by_key(|(distance, _)| *distance);
    found.into_iter().take(most).map(|(_, code)| code).collect()
}

/// The one of `known` that `word` is a typo or two away from.
pub(super) fn word<'a>(known: &[&'a str], word: &str) -> Option<&'a str> {
    let word: String = word.chars().take(MAX_WORD_LEN).map(|c| c.to_ascii_lowercase()).collect();
    let distance = |name: &&str| strsim::osa_distance(&name.to_ascii_lowercase(), &word);
    let nearest = known.iter().min_by_key(|name| distance(name))?;
    (distance(nearest) <= 2).then_some(*nearest)
}

/// How far a word is from a product: twice the letters to change, less where it names the provider or begins the code.
/// `None` where they have nothing to do with each other.
fn distance(product: &Product, word: &str) -> Option<usize> {
    let code = product.code.as_str();
    let letters = word.trim_end_matches(|c: char| !c.is_ascii_alphabetic());
    let typo = strsim::osa_distance(code, word);
    let allowed = (code.len().max(word.len()) / 3).max(1);
    let begun = word.len() >= 2 && code.starts_with(word) || word.starts_with(code);
    let provider = letters.eq_ignore_ascii_case(product.provider.name());
    let near = [(typo <= allowed, typo * 2), (begun, 1), (provider && letters == word, 1), (provider, 3)];
    near.into_iter().filter_map(|(holds, distance)| holds.then_some(distance)).min()
}
