//! What a fill may come to: the lowest of all limits. They lower the ceiling of a lock, and never raise it.

use logbook::Fill;
use terminal::price::amount_of;
use wire::{Amount, Asn};

use api::parameters::{Limits, ProductTerms, Vehicle};

use crate::parameters::{Parameters, Product};
use crate::refused::NoLock;

/// Who wants what.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fuelling<'a> {
    pub(crate) asn: Asn,
    pub(crate) nozzle: u8,
    pub(crate) product: u8,
    /// The plate, upper case.
    pub(crate) vehicle: Option<&'a str>,
    /// What the card was delivered today.
    pub(crate) today: &'a [Fill],
}

impl Parameters {
    /// The most that a fill may cost here.
    ///
    /// # Errors
    /// It may not begin at all.
    pub(crate) fn ceiling(&self, fuelling: &Fuelling<'_>) -> Result<Amount, NoLock> {
        let product = self.product(fuelling.product).ok_or(NoLock::NotSold)?;
        if product.terms.unit_price == 0 {
            return Err(NoLock::NotSold);
        }
        let mut lowest = Lowest { product: &product, most: Amount::MAX };
        let document = self.document();
        lowest.take("of this station", &document.limits, fuelling.today.iter())?;
        let of_product = |fill: &&Fill| fill.product == fuelling.product;
        lowest.take(
            "of this product",
            &product.terms.limits,
            fuelling.today.iter().filter(of_product),
        )?;
        let here = document.nozzles.iter().filter(|nozzle| nozzle.number == fuelling.nozzle);
        for nozzle in here {
            let of_nozzle = |fill: &&Fill| fill.nozzle == fuelling.nozzle;
            lowest.take(
                "of this nozzle",
                &nozzle.limits,
                fuelling.today.iter().filter(of_nozzle),
            )?;
        }
        for card in document.cards.iter().filter(|card| is(&card.asn, fuelling.asn)) {
            if !allows(&card.products, fuelling.product) {
                return Err(NoLock::ProductNotAllowed);
            }
            lowest.take("of this card", &card.limits, fuelling.today.iter())?;
        }
        if let Some(vehicle) = self.vehicle(fuelling)?
            && let Some(tank) = vehicle.tank
        {
            lowest.quantity("of this vehicle", tank)?;
        }
        Ok(lowest.most)
    }

    /// The vehicle that was named; a card of certain vehicles must name one.
    fn vehicle(&self, fuelling: &Fuelling<'_>) -> Result<Option<&Vehicle>, NoLock> {
        let vehicles = &self.document().vehicles;
        let of_card = |vehicle: &&Vehicle| vehicle.cards.iter().any(|asn| is(asn, fuelling.asn));
        let bound = vehicles.iter().any(|vehicle| of_card(&vehicle));
        let Some(plate) = fuelling.vehicle else {
            return if bound { Err(NoLock::VehicleNeeded) } else { Ok(None) };
        };
        let named = vehicles.iter().find(|vehicle| vehicle.plate.trim().to_uppercase() == plate);
        match named {
            Some(vehicle)
                if (of_card(&vehicle) || (vehicle.cards.is_empty() && !bound))
                    && allows(&vehicle.products, fuelling.product) =>
            {
                Ok(Some(vehicle))
            }
            None if !bound => Ok(None),
            _ => Err(NoLock::VehicleNotAllowed),
        }
    }
}

/// The lowest limit so far.
struct Lowest<'a> {
    product: &'a Product<'a>,
    most: Amount,
}

impl Lowest<'_> {
    fn take<'f>(
        &mut self,
        whose: &'static str,
        limits: &Limits,
        today: impl Iterator<Item = &'f Fill> + Clone,
    ) -> Result<(), NoLock> {
        let Limits { fill, fill_quantity, day, day_quantity } = *limits;
        if let Some(fill) = fill {
            self.money(whose, fill.into())?;
        }
        if let Some(quantity) = fill_quantity {
            self.quantity(whose, quantity)?;
        }
        if let Some(day) = day {
            let spent: u64 = today.clone().map(|fill| u64::from(fill.amount.units())).sum();
            self.money(whose, u64::from(day).saturating_sub(spent))?;
        }
        if let Some(day) = day_quantity {
            let spent = today.map(|fill| fill.quantity).fold(0, u64::saturating_add);
            self.quantity(whose, day.saturating_sub(spent))?;
        }
        Ok(())
    }

    fn quantity(&mut self, whose: &'static str, quantity: u64) -> Result<(), NoLock> {
        let ProductTerms { unit_price, .. } = *self.product.terms;
        let amount = amount_of(quantity, unit_price, self.product.rounding, Amount::MAX);
        self.money(whose, amount.units().into())
    }

    fn money(&mut self, whose: &'static str, units: u64) -> Result<(), NoLock> {
        let most = u32::try_from(units).ok().and_then(Amount::new).unwrap_or(Amount::MAX);
        if most == Amount::ZERO {
            return Err(NoLock::AboveLimit(whose));
        }
        self.most = self.most.min(most);
        Ok(())
    }
}

fn is(text: &str, asn: Asn) -> bool {
    text.parse() == Ok(asn)
}

fn allows(products: &[u8], product: u8) -> bool {
    products.is_empty() || products.contains(&product)
}
