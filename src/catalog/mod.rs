//! What can be checked: products, their providers, prices and the number each asks for.

mod product;

use std::sync::Arc;

pub use product::{Price, Product, ProductCode};

/// All products, sorted by provider, then code.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    products: Vec<Arc<Product>>,
}

impl Catalog {
    /// The product of a code, in any case.
    pub fn get(&self, code: &str) -> Option<&Arc<Product>> {
        self.products.iter().find(|product| product.code.as_str().eq_ignore_ascii_case(code))
    }

    /// Every product, by provider, then code.
    pub fn products(&self) -> &[Arc<Product>] {
        &self.products
    }
}
