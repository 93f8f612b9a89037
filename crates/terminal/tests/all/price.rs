//! Quantity × price, capped at the ceiling (protocol §9).

use proptest::prelude::*;
use terminal::price::{amount_of, quantity_for};
use wire::Amount;
use wire::record::Rounding;

fn cents(units: u32) -> Amount {
    Amount::new(units).unwrap()
}

#[test]
fn prices_as_a_customer_would_reckon_them() {
    let most = cents(1_000_000);
    assert_eq!(amount_of(10_000, 789, Rounding::Down, most), cents(7890));
    assert_eq!(amount_of(1_001, 789, Rounding::Down, most), cents(789));
    assert_eq!(amount_of(1_001, 789, Rounding::Nearest, most), cents(790));
    assert_eq!(amount_of(10_000, 789, Rounding::Down, cents(5000)), cents(5000));
    assert_eq!(amount_of(u64::MAX, u32::MAX, Rounding::Down, cents(5000)), cents(5000));
    assert_eq!(amount_of(0, 789, Rounding::Nearest, most), Amount::ZERO);
    assert_eq!(quantity_for(cents(1), 0, Rounding::Down), u64::MAX);
}

proptest! {
    /// Up to ten a unit the pump's preset hits the amount to the cent.
    #[test]
    fn a_preset_costs_what_it_says(amount in 0u32..=0x7FFF_FFFF, price in 1u32..=1000) {
        let (amount, most) = (cents(amount), Amount::MAX);
        for rounding in [Rounding::Down, Rounding::Nearest] {
            let quantity = quantity_for(amount, price, rounding);
            prop_assert_eq!(amount_of(quantity, price, rounding, most), amount);
        }
    }

    /// Never above the ceiling, never more for less.
    #[test]
    fn the_amount_rises_up_to_the_ceiling(
        quantity in any::<u64>(), more in any::<u64>(), price in any::<u32>(), ceiling in 0u32..=0x7FFF_FFFF,
    ) {
        let ceiling = cents(ceiling);
        let amount = amount_of(quantity, price, Rounding::Down, ceiling);
        prop_assert!(amount <= ceiling);
        prop_assert!(amount <= amount_of(quantity.saturating_add(more), price, Rounding::Down, ceiling));
    }
}
