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
    /// What the vehicle was delivered today, with whatever card.
    pub(crate) vehicle_today: &'a [Fill],
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
        if let Some(vehicle) = self.vehicle(fuelling)? {
            if let Some(tank) = vehicle.tank {
                lowest.quantity("of this vehicle", tank)?;
            }
            lowest.take("of this vehicle", &vehicle.limits, fuelling.vehicle_today.iter())?;
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

#[cfg(test)]
mod tests {
    use api::parameters::{self as document, CardLimits, NozzleLimits};
    use wire::{Tid, Ttc};

    use super::*;

    const ASN: &str = "6200100000000001";

    fn diesel() -> ProductTerms {
        let (name, unit) = ("Diesel".to_owned(), "L".to_owned());
        ProductTerms { number: 1, name, unit, unit_price: 789, ..ProductTerms::default() }
    }

    fn set(change: impl FnOnce(&mut document::Parameters)) -> Parameters {
        let products = vec![diesel(), ProductTerms { number: 2, ..diesel() }];
        let mut set = document::Parameters { version: 1, products, ..Default::default() };
        change(&mut set);
        Parameters::try_from(set).unwrap()
    }

    fn fill(nozzle: u8, product: u8, quantity: u64, amount: u32) -> Fill {
        let number = (Tid::default(), Ttc(1));
        Fill { number, nozzle, product, quantity, amount: Amount::new(amount).unwrap() }
    }

    fn ceiling(set: &Parameters, today: &[Fill], vehicle: Option<&str>) -> Result<u32, NoLock> {
        let asn = ASN.parse().unwrap();
        let vehicle_today = today;
        let fuelling = Fuelling { asn, nozzle: 1, product: 1, vehicle, today, vehicle_today };
        set.ceiling(&fuelling).map(Amount::units)
    }

    const fn money(fill: u32, day: u32) -> Limits {
        Limits { fill: Some(fill), day: Some(day), fill_quantity: None, day_quantity: None }
    }

    #[test]
    fn without_limits_the_card_alone_limits() {
        assert_eq!(ceiling(&set(|_| {}), &[], None), Ok(Amount::MAX.units()));
    }

    #[test]
    fn the_lowest_limit_counts_whosever_it_is() {
        let all = |station, product, nozzle, card| {
            set(|set| {
                set.limits = money(station, 100_000);
                set.products[0].limits = money(product, 100_000);
                set.nozzles.push(NozzleLimits { number: 1, limits: money(nozzle, 100_000) });
                set.nozzles.push(NozzleLimits { number: 2, limits: money(1, 1) });
                let limits = money(card, 100_000);
                set.cards.push(CardLimits { asn: ASN.to_owned(), products: vec![], limits });
            })
        };
        for [a, b, c, d] in [[5, 9, 9, 9], [9, 5, 9, 9], [9, 9, 5, 9], [9, 9, 9, 5]] {
            assert_eq!(ceiling(&all(a, b, c, d), &[], None), Ok(5));
        }
    }

    #[test]
    fn a_day_counts_what_it_is_about() {
        let today = [fill(1, 1, 1_000, 100), fill(2, 1, 1_000, 200), fill(1, 2, 1_000, 400)];
        let station = set(|set| set.limits = money(1_000, 1_000));
        assert_eq!(ceiling(&station, &today, None), Ok(300));
        let product = set(|set| set.products[0].limits = money(1_000, 1_000));
        assert_eq!(ceiling(&product, &today, None), Ok(700));
        let limits = money(1_000, 1_000);
        let nozzle = set(|set| set.nozzles.push(NozzleLimits { number: 1, limits }));
        assert_eq!(ceiling(&nozzle, &today, None), Ok(500));
        let spent = set(|set| set.limits = money(1_000, 700));
        assert_eq!(ceiling(&spent, &today, None), Err(NoLock::AboveLimit("of this station")));
        assert_eq!(ceiling(&spent, &[], None), Ok(700));
    }

    #[test]
    fn quantities_are_limits_too() {
        let by_quantity = |fill_quantity, day_quantity| {
            set(|set| set.limits = Limits { fill_quantity, day_quantity, ..Limits::default() })
        };
        assert_eq!(ceiling(&by_quantity(Some(2_000), None), &[], None), Ok(1_578));
        let today = [fill(1, 1, 9_000, 0)];
        assert_eq!(ceiling(&by_quantity(None, Some(10_000)), &today, None), Ok(789));
        assert!(ceiling(&by_quantity(None, Some(9_000)), &today, None).is_err());
    }

    #[test]
    fn vehicles_have_their_cards_products_and_tanks() {
        let vehicle = |cards: &[&str], products: &[u8]| Vehicle {
            plate: "ab-12".to_owned(),
            cards: cards.iter().map(|&card| card.to_owned()).collect(),
            products: products.to_vec(),
            tank: Some(1_000),
            limits: Limits::default(),
        };
        let bound = set(|set| set.vehicles.push(vehicle(&[ASN], &[1])));
        assert_eq!(ceiling(&bound, &[], None), Err(NoLock::VehicleNeeded));
        assert_eq!(ceiling(&bound, &[], Some("AB-12")), Ok(789));
        assert_eq!(ceiling(&bound, &[], Some("XY-1")), Err(NoLock::VehicleNotAllowed));
        let other = set(|set| set.vehicles.push(vehicle(&["6200100000000002"], &[])));
        assert_eq!(ceiling(&other, &[], None), Ok(Amount::MAX.units()));
        assert_eq!(ceiling(&other, &[], Some("AB-12")), Err(NoLock::VehicleNotAllowed));
        let petrol = set(|set| set.vehicles.push(vehicle(&[ASN], &[2])));
        assert_eq!(ceiling(&petrol, &[], Some("AB-12")), Err(NoLock::VehicleNotAllowed));
    }

    #[test]
    fn a_vehicle_has_its_own_day() {
        let vehicle = |limits| {
            let (plate, cards, products) = ("AB-12".to_owned(), vec![], vec![]);
            set(|set| set.vehicles.push(Vehicle { plate, cards, products, tank: None, limits }))
        };
        let today = [fill(1, 2, 9_000, 300), fill(2, 1, 1_000, 100)];
        let limited = vehicle(money(700, 500));
        assert_eq!(ceiling(&limited, &[], Some("AB-12")), Ok(500));
        assert_eq!(ceiling(&limited, &today, Some("AB-12")), Ok(100));
        assert_eq!(ceiling(&limited, &today, None), Ok(Amount::MAX.units()));
        let spent = ceiling(&vehicle(money(700, 400)), &today, Some("AB-12"));
        assert_eq!(spent, Err(NoLock::AboveLimit("of this vehicle")));
    }

    #[test]
    fn what_has_no_price_or_is_not_for_this_card_is_not_sold() {
        let free = set(|set| set.products[0].unit_price = 0);
        assert_eq!(ceiling(&free, &[], None), Err(NoLock::NotSold));
        let gone = set(|set| set.products.clear());
        assert_eq!(ceiling(&gone, &[], None), Err(NoLock::NotSold));
        let limits = Limits::default();
        let card = CardLimits { asn: ASN.to_owned(), products: vec![2], limits };
        let other = set(|set| set.cards.push(card));
        assert_eq!(ceiling(&other, &[], None), Err(NoLock::ProductNotAllowed));
    }
}
