//! Prices and limits in force.

use api::parameters as document;
use wire::record::Rounding;
use wire::{Asn, Date, Stamp, Time};

/// Why a set of parameters is none.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("parameters of version {version}: {what}")]
pub struct ParametersError {
    /// Which version.
    pub version: u64,
    /// What is wrong, and what would be right.
    pub what: String,
}

/// A set of prices and limits that was checked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Parameters {
    document: document::Parameters,
    from: Option<(Date, Time)>,
}

/// What is sold.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Product<'a> {
    /// As the document has it.
    pub terms: &'a document::ProductTerms,
    /// How fractions are rounded.
    pub rounding: Rounding,
}

impl TryFrom<document::Parameters> for Parameters {
    type Error = ParametersError;

    fn try_from(document: document::Parameters) -> Result<Self, ParametersError> {
        let version = document.version;
        let error = |what: String| ParametersError { version, what };
        for (at, product) in document.products.iter().enumerate() {
            let number = product.number;
            if document.products.iter().take(at).any(|other| other.number == number) {
                return Err(error(format!("product {number} is there twice")));
            }
            if !dispenser::Unit::ALL.iter().any(|unit| unit.symbol() == product.unit) {
                return Err(error(format!("product {number} is sold by L, kWh or m3")));
            }
            rounding(product).ok_or_else(|| {
                error(format!("product {number} is rounded `down` or to the `nearest` coin"))
            })?;
        }
        let cards = document.cards.iter().map(|card| &card.asn);
        for asn in cards.chain(document.vehicles.iter().flat_map(|vehicle| &vehicle.cards)) {
            let known = asn.parse::<Asn>().is_ok_and(|asn| asn.is_bcd());
            known.then_some(()).ok_or_else(|| error(format!("`{asn}` is no card: 16 digits")))?;
        }
        let from = document.from.as_deref().map(|text| {
            moment(text).ok_or_else(|| error(format!("`{text}` is no YYYYMMDDhhmmss")))
        });
        let from = from.transpose()?;
        Ok(Self { document, from })
    }
}

impl Parameters {
    /// Counts the sets.
    #[must_use]
    pub const fn version(&self) -> u64 {
        self.document.version
    }

    /// As it came.
    #[must_use]
    pub const fn document(&self) -> &document::Parameters {
        &self.document
    }

    /// Whether it is in force at this local time.
    #[must_use]
    pub fn is_due(&self, now: Stamp) -> bool {
        self.from.is_none_or(|from| from <= (now.date, now.time))
    }

    /// A product.
    #[must_use]
    pub fn product(&self, number: u8) -> Option<Product<'_>> {
        let terms = self.document.products.iter().find(|product| product.number == number)?;
        Some(Product { terms, rounding: rounding(terms)? })
    }
}

fn rounding(product: &document::ProductTerms) -> Option<Rounding> {
    match product.rounding.as_deref() {
        None | Some("down") => Some(Rounding::Down),
        Some("nearest") => Some(Rounding::Nearest),
        Some(_) => None,
    }
}

/// `YYYYMMDDhhmmss`.
fn moment(text: &str) -> Option<(Date, Time)> {
    if text.len() != 14 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let bytes = hex::decode(text).ok()?;
    let (date, time) = bytes.split_at_checked(4)?;
    Some((Date::from_bytes(date.try_into().ok()?)?, Time::from_bytes(time.try_into().ok()?)?))
}
