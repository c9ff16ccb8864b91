//! Reads the bodies of requests, as strictly as the vendor says that it does. Pure.

use std::sync::Arc;

use serde_json::{Map, Value};
use uuid::{Uuid, Variant};

use super::refusal::Refusal;
use crate::catalog::{Catalog, Product};

/// The longest field that is taken, in bytes. The vendor publishes no length.
const MAX_FIELD_LEN: usize = 64;

/// The six fields of an inquiry, in the order of their names. All are required, all are JSON strings.
const INQUIRY_FIELDS: [&str; 6] = ["amount", "msidn", "partner_reference_id", "product_code", "selling_price", "value"];

/// An inquiry whose fields are all in order.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Inquiry {
    pub(super) product: Arc<Product>,
    /// The partner's buying price, in rupiah.
    pub(super) amount: u64,
    /// The customer's number (`value`).
    pub(super) number: String,
    pub(super) reference: Uuid,
}

/// A body as a JSON object.
pub(super) fn object(body: &[u8]) -> Result<Map<String, Value>, Refusal> {
    serde_json::from_slice(body).map_err(|_| Refusal::INVALID_FIELD)
}

/// Reads an inquiry: `6512` for a missing field, `6510` for a wrong one, `6568` for a reference that is no UUID v4,
/// `7003` for a product that is not in the catalog.
pub(super) fn inquiry(body: &Map<String, Value>, catalog: &Catalog) -> Result<Inquiry, Refusal> {
    for name in INQUIRY_FIELDS {
        text(body, name).and_then(restricted)?;
    }
    if body.len() > INQUIRY_FIELDS.len() {
        return Err(Refusal::INVALID_FIELD);
    }
    rupiah(text(body, "selling_price")?)?;
    let (code, amount) = (text(body, "product_code")?, rupiah(text(body, "amount")?)?);
    let reference = uuid_v4(text(body, "partner_reference_id")?)?;
    // The catalog takes small letters too.
    let product = catalog.get(code).filter(|product| product.code.as_str() == code).ok_or(Refusal::PRODUCT_UNKNOWN)?;
    Ok(Inquiry { product: product.clone(), amount, number: text(body, "value")?.to_owned(), reference })
}

/// Reads client id and secret out of a token request: `6512` for a missing field, `6569` for another grant type.
pub(super) fn partner(body: &Map<String, Value>) -> Result<(&str, &str), Refusal> {
    if text(body, "grant_type")? != "client_credentials" {
        return Err(Refusal::GRANT_TYPE);
    }
    let partner = body.get("additional_info").ok_or(Refusal::EMPTY_FIELD)?;
    let partner = partner.as_object().ok_or(Refusal::INVALID_FIELD)?;
    Ok((text(partner, "client_id")?, text(partner, "client_secret")?))
}

/// A field that is there, a JSON string and not empty.
fn text<'a>(body: &'a Map<String, Value>, name: &str) -> Result<&'a str, Refusal> {
    match body.get(name) {
        None | Some(Value::Null) => Err(Refusal::EMPTY_FIELD),
        Some(Value::String(text)) if text.is_empty() => Err(Refusal::EMPTY_FIELD),
        Some(Value::String(text)) => Ok(text),
        Some(_) => Err(Refusal::INVALID_FIELD),
    }
}

/// Holds a field against what the vendor's signature page allows: letters, digits and `-`.
fn restricted(text: &str) -> Result<(), Refusal> {
    let fits = text.len() <= MAX_FIELD_LEN && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if fits { Ok(()) } else { Err(Refusal::INVALID_FIELD) }
}

fn rupiah(text: &str) -> Result<u64, Refusal> {
    text.parse().map_err(|_| Refusal::INVALID_FIELD)
}

/// Takes the usual form with hyphens alone, in either case.
fn uuid_v4(text: &str) -> Result<Uuid, Refusal> {
    let uuid = Uuid::try_parse(text).map_err(|_| Refusal::UUID)?;
    let fits = text.len() == 36 && uuid.get_version_num() == 4 && uuid.get_variant() == Variant::RFC4122;
    if fits { Ok(uuid) } else { Err(Refusal::UUID) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The vendor's sample, with one field changed.
    fn with(name: &str, value: Value) -> Result<Inquiry, Refusal> {
        let mut body = json!({
            "msidn": "01105691111", "amount": "20500", "product_code": "PLN20", "selling_price": "21000",
            "value": "01105691111", "partner_reference_id": "6d654219-d9b7-4e1a-8b51-99a5cafb11cb",
        });
        body[name] = value;
        inquiry(body.as_object().unwrap(), &Catalog::load(None).unwrap())
    }

    #[test]
    fn the_vendors_sample_is_read() {
        let read = with("amount", json!("20500")).unwrap();
        assert_eq!((read.product.code.as_str(), read.amount, read.number.as_str()), ("PLN20", 20_500, "01105691111"));
    }

    #[test]
    fn every_field_must_be_there_and_a_string_of_letters_digits_and_hyphens() {
        for name in INQUIRY_FIELDS {
            assert_eq!(with(name, Value::Null), Err(Refusal::EMPTY_FIELD), "{name}");
            assert_eq!(with(name, json!("")), Err(Refusal::EMPTY_FIELD), "{name}");
            for wrong in [json!(20500), json!(["1"]), json!("1 2"), json!("1.000"), json!("é"), json!("1".repeat(65))]
            {
                assert_eq!(with(name, wrong), Err(Refusal::INVALID_FIELD), "{name}");
            }
        }
        assert_eq!(with("note", json!("x")), Err(Refusal::INVALID_FIELD));
        assert_eq!(with("amount", json!("20k")), Err(Refusal::INVALID_FIELD));
        assert_eq!(with("selling_price", json!("-1")), Err(Refusal::INVALID_FIELD));
    }

    #[test]
    fn a_reference_is_a_uuid_of_version_four() {
        let wrong = [
            "42323-42234-44226-96273",
            "6d654219d9b74e1a8b5199a5cafb11cb",
            "6d654219-d9b7-1e1a-8b51-99a5cafb11cb",
            "6d654219-d9b7-4e1a-cb51-99a5cafb11cb",
        ];
        for reference in wrong {
            assert_eq!(with("partner_reference_id", json!(reference)), Err(Refusal::UUID), "{reference}");
        }
    }
}
