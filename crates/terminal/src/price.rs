//! From quantity to money.

use wire::Amount;
use wire::record::Rounding;

/// What is sold at this nozzle, and up to how much.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SaleTerms {
    /// Nozzle, outlet or counter.
    pub nozzle: u8,
    /// Product.
    pub product: u8,
    /// Price of a thousand units of quantity (a litre, a kilowatt-hour), in the purse's
    /// smallest unit.
    pub unit_price: u32,
    /// How fractions are rounded.
    pub rounding: Rounding,
    /// The station's own limit for this sale; the card's balance limits it further.
    pub limit: Amount,
}

/// What a quantity costs, capped at `ceiling`: min(quantity × price, ceiling) (protocol §9).
#[must_use]
pub fn amount_of(quantity: u64, unit_price: u32, rounding: Rounding, ceiling: Amount) -> Amount {
    let thousandths = u128::from(quantity) * u128::from(unit_price);
    let units = match rounding {
        Rounding::Down => thousandths / 1000,
        Rounding::Nearest => (thousandths + 500) / 1000,
    };
    u32::try_from(units).ok().and_then(Amount::new).map_or(ceiling, |amount| amount.min(ceiling))
}

/// The least quantity that costs at least `amount`: where a pump with a preset stops.
/// Without a price nothing ever costs that much: `u64::MAX`.
#[must_use]
pub fn quantity_for(amount: Amount, unit_price: u32, rounding: Rounding) -> u64 {
    if unit_price == 0 {
        return u64::MAX;
    }
    let wanted = u64::from(amount.units()) * 1000;
    let wanted = match rounding {
        Rounding::Down => wanted,
        Rounding::Nearest => wanted.saturating_sub(500),
    };
    wanted.div_ceil(u64::from(unit_price))
}
