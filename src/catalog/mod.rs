//! What can be checked: products, their providers, prices and the number each asks for.
//!
//! The products of the vendor's samples are built in (`products.toml`). The operator's own file of the same format
//! comes over them, key by key: `products.example.toml` at the root of the repository shows every key. [`Catalog::load`]
//! reports every mistake in a file, not only the first.

mod entry;
mod nearest;
mod product;

use std::{
    fs,
    io::Read as _,
    path::Path,
    sync::{Arc, PoisonError, RwLock},
};

pub(crate) use product::is_taken;
pub use product::{Price, Product, ProductCode, Total};

use crate::value::Provider;

/// The largest file that is read, in bytes: room for some thousands of products.
const MAX_FILE_SIZE: u64 = 1024 * 1024;

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
    /// The built-in products with the operator's file, if there is one, over them.
    ///
    /// # Errors
    /// Every mistake in the file, each with its line and a remedy; or why it cannot be read.
    pub fn load(file: Option<&Path>) -> Result<Self, Error> {
        let embedded = Self::over(&Self::default(), include_str!("products.toml"), Path::new("products.toml"))?;
        let Some(path) = file else { return Ok(embedded) };
        Self::over(&embedded, &read(path)?, path)
    }

    /// `base` with the products of a text over it; `path` is for the error alone.
    ///
    /// # Errors
    /// Every mistake in the text.
    pub(crate) fn over(base: &Self, text: &str, path: &Path) -> Result<Self, Error> {
        let (changes, total) = entry::read(text, &base.products).map_err(|mut mistakes| {
            mistakes.sort_by_key(|(at, _)| *at);
            let told = |(at, wrong)| format!("{}:{}: {wrong}", path.display(), entry::line(text, at));
            Error(mistakes.into_iter().map(told).collect::<Vec<_>>().join("\n"))
        })?;
        let mut products = base.products.clone();
        for (code, product) in changes {
            products.retain(|product| product.code != code);
            products.extend(product.map(Arc::new));
        }
        if let Some(total) = total {
            products = products.iter().map(|product| Arc::new(Product { total, ..Product::clone(product) })).collect();
        }
        products.sort_by_cached_key(|product| (product.provider, product.code.in_order()));
        Ok(Self { products })
    }

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

    /// The products whose code, name or provider contains `word`, in any case, or that agents call by it; all of them for an
    /// empty word.
    pub fn search(&self, word: &str) -> Vec<&Arc<Product>> {
        let word = word.trim().to_lowercase();
        let has_word = |text: &str| text.to_lowercase().contains(&word);
        let fits = |product: &&Arc<Product>| {
            has_word(product.code.as_str())
                || has_word(&product.name)
                || has_word(product.provider.name())
                || product.provider.nicknames().iter().any(|name| word.contains(name))
        };
        self.products.iter().filter(fits).collect()
    }

    /// Up to `most` codes that a mistyped `word` may have meant, nearest first: by a letter or two, by a code begun
    /// or glued to more, or by a provider's name.
    pub fn nearest(&self, word: &str, most: usize) -> Vec<ProductCode> {
        nearest::codes(&self.products, word, most)
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

/// The text of an operator's file.
fn read(path: &Path) -> Result<String, Error> {
    let error = |wrong: String| Error(format!("{}: {wrong}", path.display()));
    let unreadable =
        |why: std::io::Error| error(format!("cannot be read: {why}; check the path and the file's permissions"));
    if !fs::metadata(path).map_err(unreadable)?.is_file() {
        return Err(error("is not a file; name a TOML file with products".to_owned()));
    }
    let mut bytes = Vec::new();
    fs::File::open(path).and_then(|file| file.take(MAX_FILE_SIZE + 1).read_to_end(&mut bytes)).map_err(unreadable)?;
    if bytes.len() as u64 > MAX_FILE_SIZE {
        return Err(error("is larger than 1 MiB; check that it is the file of products".to_owned()));
    }
    String::from_utf8(bytes).map_err(|bad| {
        let line = entry::line(&String::from_utf8_lossy(bad.as_bytes()), bad.utf8_error().valid_up_to());
        Error(format!("{}:{line}: is not UTF-8 text; save the file as UTF-8", path.display()))
    })
}

#[cfg(test)]
mod tests;
