//! What can be checked: products, their providers, prices and the number each asks for.
//!
//! The products of the vendor's samples are built in (`products.toml`). The operator's own file of the same format
//! comes over them; `products.example.toml` at the root of the repository shows all of it:
//!
//! | key | meaning |
//! |---|---|
//! | `code` | the vendor's code, always needed; a built-in product of this code is changed, key by key |
//! | `name` | what agents read, up to 60 characters |
//! | `provider` | `PLN`, `OVO`, `GoPay`, `DANA` or `Maxim` |
//! | `number` | `meter`, `mobile` or `driver`; without it, what the provider's customers have |
//! | `buying`, `selling` | fixed denomination: what the operator pays and asks, whole rupiah |
//! | `min`, `max` | open denomination: the bounds of the nominal that the agent names, whole rupiah |
//! | `below_cost` | `true` where `selling` is meant to be less than `buying` |
//! | `hidden` | `true` takes the product away |
//!
//! Each product is a `[[product]]` table. [`Catalog::load`] reports every mistake in a file, not only the first.

mod entry;
mod error;
mod file;
mod nearest;
mod product;
mod table;

use std::{collections::HashMap, path::Path, sync::Arc};

pub(crate) use entry::is_taken;
pub use error::{Error, Mistake};
pub use product::{Price, Product, ProductCode};

use crate::value::Provider;

const EMBEDDED: &str = include_str!("products.toml");

/// All products, sorted by provider, then code.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    products: Vec<Arc<Product>>,
    by_code: HashMap<ProductCode, Arc<Product>>,
}

impl Catalog {
    /// The built-in products with the operator's file, if there is one, over them.
    ///
    /// # Errors
    /// Every mistake in the file, each with its line and a remedy; or why it cannot be read.
    pub fn load(file: Option<&Path>) -> Result<Self, Error> {
        let embedded = Self::over(&Self::default(), EMBEDDED, Path::new("products.toml"))?;
        let Some(path) = file else { return Ok(embedded) };
        let text = file::read(path)?;
        Self::over(&embedded, &text, path)
    }

    /// `base` with the products of a text over it; `path` is for the error alone.
    fn over(base: &Self, text: &str, path: &Path) -> Result<Self, Error> {
        let changes = file::parse(text, base).map_err(|mistakes| Error::new(path, mistakes))?;
        let mut by_code = base.by_code.clone();
        for change in changes {
            match change {
                entry::Change::Put(product) => by_code.insert(product.code.clone(), Arc::new(product)),
                entry::Change::Hide(code) => by_code.remove(&code),
            };
        }
        Ok(Self::of(by_code))
    }

    fn of(by_code: HashMap<ProductCode, Arc<Product>>) -> Self {
        let mut products: Vec<_> = by_code.values().cloned().collect();
        products.sort_by_cached_key(|product| (product.provider, product.code.in_order()));
        Self { products, by_code }
    }

    /// The product of a code, in any case.
    pub fn get(&self, code: &str) -> Option<&Arc<Product>> {
        self.by_code.get(&ProductCode::new(code)?)
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

    /// The products whose code, name or provider contains `word`, in any case, or that agents call by it; all of them for an
    /// empty word.
    pub fn search(&self, word: &str) -> Vec<&Arc<Product>> {
        let word = word.trim().to_lowercase();
        let has_word = |text: &str| text.to_lowercase().contains(&word);
        let fits = |product: &&Arc<Product>| {
            has_word(product.code.as_str())
                || has_word(&product.name)
                || has_word(product.provider.name())
                || called(product.provider).iter().any(|name| word.contains(name))
        };
        self.products.iter().filter(fits).collect()
    }

    /// Up to `most` codes that a mistyped `word` may have meant, nearest first: by a letter or two, by a code begun
    /// or glued to more, or by a provider's name.
    pub fn nearest(&self, word: &str, most: usize) -> Vec<ProductCode> {
        nearest::codes(&self.products, word, most)
    }
}

/// What agents call a provider's products.
fn called(provider: Provider) -> &'static [&'static str] {
    match provider {
        Provider::Pln => &["listrik", "token"],
        Provider::Ovo | Provider::Gopay | Provider::Dana => &["dompet", "wallet", "saldo"],
        Provider::Maxim => &["ojek", "driver"],
    }
}

#[cfg(test)]
mod tests;
