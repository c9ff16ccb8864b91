//! `/produk [kata]`: what can be checked, by provider.

use std::sync::Arc;

use crate::{
    catalog::{Price, Product},
    locale::{Html, Words},
    say,
    value::Provider,
};

/// The list of `products`, which are sorted by provider. Buying prices stand in it only `for_owner`.
pub(super) fn list(words: Words<'_>, products: &[&Arc<Product>], for_owner: bool) -> Html {
    let mut lines = vec![say!(words, "products-heading")];
    let mut provider: Option<Provider> = None;
    for product in products {
        if provider.replace(product.provider) != Some(product.provider) {
            lines.push(Html::default());
            lines.push(say!(words, "products-provider", provider = product.provider));
        }
        lines.push(line(words, product, for_owner));
    }
    Html::lines(lines)
}

fn line(words: Words<'_>, product: &Product, for_owner: bool) -> Html {
    let (code, name) = (product.code.as_str(), &product.name);
    match product.price {
        Price::Fixed { buying, selling } if for_owner => {
            say!(words, "product-fixed-owner", code = code, name = name, buying = buying, selling = selling)
        }
        Price::Fixed { selling, .. } => say!(words, "product-fixed", code = code, name = name, selling = selling),
        Price::Open { min, max } => say!(words, "product-open", code = code, name = name, min = min, max = max),
    }
}
