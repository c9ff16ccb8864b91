//! What can be checked: products, their providers, prices and the number each asks for.
//!
//! The products of the vendor's samples are built in (`products.toml`). The operator's own file of the same format
//! comes over them, key by key: `products.example.toml` at the root of the repository shows every key.
//! [`Catalog::load`] reports every mistake in a file, not only the first.

mod entry;
mod product;

use std::sync::{Arc, PoisonError, RwLock};

pub(crate) use product::is_taken;
pub use product::{Price, Product, ProductCode, Total};

use crate::value::Provider;

/// Longer words are cut here: no code is as long, and the distance costs the product of both lengths.
const MAX_WORD_LEN: usize = 24;

/// A file of products that cannot be used: every mistake in it, one a line: `file:line: what is wrong; what to do`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Error(String);

/// All products, sorted by provider, then code.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    products: Vec<Arc<Product>>,
}

impl Catalog {
    /// The product of a code, in any case.
    pub fn get(&self, code: &str) -> Option<&Arc<Product>> {
        let code = ProductCode::new(code)?;
        self.products.iter().find(|product| product.code == code)
    }

    /// Every product, by provider, then code (`PLN20` before `PLN100`).
    pub fn products(&self) -> &[Arc<Product>] {
        &self.products
    }

    /// Every product, a group for each provider that has any.
    pub fn by_provider(&self) -> impl Iterator<Item = (Provider, &[Arc<Product>])> {
        let groups = self.products.chunk_by(|one, next| one.provider == next.provider);
        groups.filter_map(|group| Some((group.first()?.provider, group)))
    }

    /// The products whose code, name or provider contains `word`, in any case, or that agents call by it; all of them
    /// for an empty word.
    pub fn search(&self, word: &str) -> Vec<&Arc<Product>> {
        let word = word.trim().to_lowercase();
        let has_word = |text: &str| text.to_lowercase().contains(&word);
        let fits = |product: &&Arc<Product>| {
            [product.code.as_str(), &product.name, product.provider.name()].into_iter().any(has_word)
                || product.provider.nicknames().iter().any(|name| word.contains(name))
        };
        self.products.iter().filter(fits).collect()
    }

    /// Up to `most` codes that a mistyped `word` may have meant, nearest first: by a letter or two, by a code begun
    /// or glued to more, or by a provider's name.
    pub fn nearest(&self, word: &str, most: usize) -> Vec<ProductCode> {
        let word: String = word.chars().take(MAX_WORD_LEN).map(|c| c.to_ascii_uppercase()).collect();
        let distance = |product: &Arc<Product>| Some((distance(product, &word)?, product.code.clone()));
        let mut found: Vec<_> = self.products.iter().filter_map(distance).collect();
        found.sort_by_key(|(distance, _)| *distance);
        found.into_iter().take(most).map(|(_, code)| code).collect()
    }
}

/// The catalog that all go by, which an owner may replace while the bot runs. What has begun keeps the one that it has.
#[derive(Debug)]
pub struct SharedCatalog(RwLock<Arc<Catalog>>);

impl SharedCatalog {
    /// All go by `catalog` until it is replaced.
    pub fn new(catalog: Catalog) -> Self {
        Self(RwLock::new(Arc::new(catalog)))
    }

    /// The catalog of this moment: to be taken once for all that belongs together.
    pub fn now(&self) -> Arc<Catalog> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whoever asks from now on gets `catalog`.
    pub fn replace(&self, catalog: Catalog) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(catalog);
    }
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

#[cfg(test)]
mod tests;
