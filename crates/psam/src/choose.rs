//! Which slot a new lock takes (protocol §8).

use wire::Ttc;

use crate::state::Place;

/// What a slot holds, as far as the choice asks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Occupant {
    /// Nothing.
    Free,
    /// A lock whose MAC2 has not agreed yet.
    Uncertified(Ttc),
    /// A certified lock without GMAC: money that has no other proof yet. Never dropped.
    Certified,
    /// A lock with its GMAC, which the terminal has or asks for soon.
    Given(Ttc),
}

/// The row of the table. A TTC is older when it is lower.
///
/// | row | slots | the new lock takes |
/// |---|---|---|
/// | `Free` | one is free | the first free one |
/// | `OldestGiven` | none free, one has a GMAC | the oldest of those with a GMAC |
/// | `OldestUncertified` | none free or with a GMAC, one uncertified | the oldest uncertified one |
/// | `Full` | all certified without GMAC | none: 6A84 |
///
/// A lock that the terminal called void or *no dispense* is uncertified here, so it goes by the third row; one that was
/// certified and abandoned is freed by a GMAC over 0 (protocol §9).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Choice {
    Free(Place),
    OldestGiven(Place),
    OldestUncertified(Place),
    Full,
}

impl Choice {
    pub(crate) const fn place(self) -> Option<Place> {
        match self {
            Self::Free(place) | Self::OldestGiven(place) | Self::OldestUncertified(place) => {
                Some(place)
            }
            Self::Full => None,
        }
    }
}

/// Finds the row.
pub(crate) fn choose(slots: &[Occupant]) -> Choice {
    let free = slots.iter().position(|slot| *slot == Occupant::Free).map(Place);
    let given = oldest(slots, |slot| match slot {
        Occupant::Given(ttc) => Some(ttc),
        _ => None,
    });
    let uncertified = oldest(slots, |slot| match slot {
        Occupant::Uncertified(ttc) => Some(ttc),
        _ => None,
    });
    match (free, given, uncertified) {
        (Some(place), _, _) => Choice::Free(place),
        (None, Some(place), _) => Choice::OldestGiven(place),
        (None, None, Some(place)) => Choice::OldestUncertified(place),
        (None, None, None) => Choice::Full,
    }
}

/// The place of the lowest TTC among those that `age` looks at.
fn oldest(slots: &[Occupant], age: impl Fn(Occupant) -> Option<Ttc>) -> Option<Place> {
    let aged = slots.iter().enumerate().filter_map(|(at, slot)| Some((age(*slot)?, Place(at))));
    aged.min_by_key(|(ttc, _)| *ttc).map(|(_, place)| place)
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;

    const WIDTH: usize = 5;

    /// The four kinds in every arrangement, beside TTCs that rise, fall, and do neither.
    fn inputs() -> impl Iterator<Item = [Occupant; WIDTH]> {
        let ages: [[u32; WIDTH]; 3] = [[1, 2, 3, 4, 5], [5, 4, 3, 2, 1], [3, 1, 5, 2, 4]];
        ages.into_iter().flat_map(|ages| {
            (0..4_usize.pow(5)).map(move |arrangement| {
                core::array::from_fn(|at| {
                    match arrangement / 4_usize.pow(u32::try_from(at).unwrap()) % 4 {
                        0 => Occupant::Free,
                        1 => Occupant::Uncertified(Ttc(ages[at])),
                        2 => Occupant::Certified,
                        _ => Occupant::Given(Ttc(ages[at])),
                    }
                })
            })
        })
    }

    fn count(slots: &[Occupant], wanted: fn(&Occupant) -> bool) -> usize {
        slots.iter().filter(|slot| wanted(slot)).count()
    }

    /// The conditions of the table, each on its own: no order among them to hide an overlap.
    fn rows(slots: &[Occupant]) -> [bool; 4] {
        let free = count(slots, |slot| *slot == Occupant::Free);
        let given = count(slots, |slot| matches!(slot, Occupant::Given(_)));
        let uncertified = count(slots, |slot| matches!(slot, Occupant::Uncertified(_)));
        let certified = count(slots, |slot| *slot == Occupant::Certified);
        [
            free > 0,
            free == 0 && given > 0,
            free == 0 && given == 0 && uncertified > 0,
            certified == slots.len(),
        ]
    }

    #[test]
    fn every_input_has_exactly_one_row_and_its_oldest_is_taken() {
        let mut reached = [0; 4];
        for slots in inputs() {
            let holds = rows(&slots);
            assert_eq!(holds.iter().filter(|row| **row).count(), 1, "{slots:?}");
            let choice = choose(&slots);
            let (row, taken) = match choice {
                Choice::Free(place) => (0, Some(place)),
                Choice::OldestGiven(place) => (1, Some(place)),
                Choice::OldestUncertified(place) => (2, Some(place)),
                Choice::Full => (3, None),
            };
            assert!(holds[row], "{slots:?} gave {choice:?}");
            assert_eq!(choice.place(), taken);
            reached[row] += 1;
            let Some(Place(at)) = taken else { continue };
            let older = |slot: &Occupant| match (slot, slots[at]) {
                (Occupant::Given(other), Occupant::Given(taken)) => *other < taken,
                (Occupant::Uncertified(other), Occupant::Uncertified(taken)) => *other < taken,
                _ => false,
            };
            assert_ne!(slots[at], Occupant::Certified, "never dropped");
            assert!(!slots.iter().any(older), "{slots:?} gave {choice:?}");
        }
        assert!(reached.iter().all(|count| *count > 0), "a row that nothing reaches: {reached:?}");
        std::println!(
            "slot choice: {} inputs, rows reached {reached:?}",
            reached.iter().sum::<u32>()
        );
    }
}
