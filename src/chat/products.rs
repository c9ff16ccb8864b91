//! `/produk [kata]`: what can be checked, by provider.

use crate::{
    catalog::{Catalog, Price, Product},
    locale::{Html, Words},
    say,
    value::Provider,
};

/// The products that match `word`, by provider; all of them for an empty word.
pub(super) fn list(words: Words<'_>, catalog: &Catalog, word: &str, with_buying_prices: bool) -> Html {
    let products = catalog.search(word);
    if products.is_empty() {
        return say!(words, "products-none", word = word);
    }
    let mut lines = vec![say!(words, "products-heading")];
    let mut provider: Option<Provider> = None;
    for product in products {
        if provider.replace(product.provider) != Some(product.provider) {
            lines.push(Html::default());
            lines.push(say!(words, "products-provider", provider = product.provider));
        }
        lines.push(line(words, product, with_buying_prices));
    }
    Html::lines(lines)
}

fn line(words: Words<'_>, product: &Product, with_buying_prices: bool) -> Html {
    let (code, name) = (product.code.as_str(), &product.name);
    match product.price {
        Price::Fixed { buying, selling } if with_buying_prices => {
            say!(words, "product-fixed-owner", code = code, name = name, buying = buying, selling = selling)
        }
        Price::Fixed { selling, .. } => say!(words, "product-fixed", code = code, name = name, selling = selling),
        Price::Open { min, max } => say!(words, "product-open", code = code, name = name, min = min, max = max),
    }
}
