//! What opening an image does with its two slots: one labelled row for every case.

/// Which of the two slots.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The slot at the lower offset.
    Zero,
    /// The slot behind it.
    One,
}

impl Side {
    /// The other slot.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Zero => Self::One,
            Self::One => Self::Zero,
        }
    }

    /// The slot that the commit of this generation writes before its `sync`. It alternates, so it is always the mirror
    /// of the generation before: the slot that is not known to be durable.
    #[must_use]
    pub const fn written_first(generation: u64) -> Self {
        if generation.is_multiple_of(2) { Self::Zero } else { Self::One }
    }
}

/// A slot as found in the medium.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SlotRead<'a> {
    /// The CRC holds.
    Valid {
        /// Number of the commit that wrote it; 1 is the formatting.
        generation: u64,
        /// What it holds.
        payload: &'a [u8],
    },
    /// The CRC does not hold: torn or damaged.
    Damaged,
}

/// The row of the recovery table.
///
/// | row | slots | does |
/// |---|---|---|
/// | `Clean` | both valid, same generation, same bytes | nothing, writes nothing |
/// | `TakeNewer` | both valid, generations differ by exactly one | mirrors the newer one |
/// | `TakeOnly` | one valid | mirrors it |
/// | `Contradiction` | both valid, same generation, different bytes | refuses |
/// | `Gap` | both valid, generations differ by more than one | refuses |
/// | `Lost` | none valid | refuses |
///
/// No power failure leads to one of the last three (see [`Image`](crate::Image)), so a guess would hide damage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recovery {
    /// The last commit is complete in both slots.
    Clean,
    /// Power failed before the mirror was written.
    TakeNewer(Side),
    /// Power failed while the other slot was being written, or that slot was damaged at rest.
    TakeOnly(Side),
    /// One commit number with two contents.
    Contradiction,
    /// A slot missed at least one commit.
    Gap,
    /// Nothing to go by.
    Lost,
}

/// Finds the row.
#[must_use]
pub fn recover(slot0: SlotRead<'_>, slot1: SlotRead<'_>) -> Recovery {
    use SlotRead::{Damaged, Valid};
    match (slot0, slot1) {
        (Valid { generation: g0, payload: p0 }, Valid { generation: g1, payload: p1 }) => {
            match (g0.abs_diff(g1), p0 == p1) {
                (0, true) => Recovery::Clean,
                (0, false) => Recovery::Contradiction,
                (1, _) if g0 > g1 => Recovery::TakeNewer(Side::Zero),
                (1, _) => Recovery::TakeNewer(Side::One),
                (_, _) => Recovery::Gap,
            }
        }
        (Valid { .. }, Damaged) => Recovery::TakeOnly(Side::Zero),
        (Damaged, Valid { .. }) => Recovery::TakeOnly(Side::One),
        (Damaged, Damaged) => Recovery::Lost,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Pair<'a> = (SlotRead<'a>, SlotRead<'a>);
    type Condition = fn(Pair<'_>) -> bool;

    fn parts(slot: SlotRead<'_>) -> Option<(u64, &[u8])> {
        match slot {
            SlotRead::Valid { generation, payload } => Some((generation, payload)),
            SlotRead::Damaged => None,
        }
    }

    /// The conditions of the table, each written on its own: no order among them to hide an overlap.
    const ROWS: [(Recovery, Condition); 8] = [
        (Recovery::Clean, |(a, b)| parts(a).is_some() && parts(a) == parts(b)),
        (Recovery::Contradiction, |(a, b)| {
            parts(a).zip(parts(b)).is_some_and(|(a, b)| a.0 == b.0 && a.1 != b.1)
        }),
        (Recovery::TakeNewer(Side::Zero), |(a, b)| {
            parts(a).zip(parts(b)).is_some_and(|(a, b)| b.0.checked_add(1) == Some(a.0))
        }),
        (Recovery::TakeNewer(Side::One), |(a, b)| {
            parts(a).zip(parts(b)).is_some_and(|(a, b)| a.0.checked_add(1) == Some(b.0))
        }),
        (Recovery::Gap, |(a, b)| {
            parts(a).zip(parts(b)).is_some_and(|(a, b)| a.0.max(b.0) - a.0.min(b.0) > 1)
        }),
        (Recovery::TakeOnly(Side::Zero), |(a, b)| parts(a).is_some() && parts(b).is_none()),
        (Recovery::TakeOnly(Side::One), |(a, b)| parts(a).is_none() && parts(b).is_some()),
        (Recovery::Lost, |(a, b)| parts(a).is_none() && parts(b).is_none()),
    ];

    #[test]
    fn every_input_has_exactly_one_row() {
        let generations = [0, 1, 2, 3, 4, u64::MAX - 2, u64::MAX - 1, u64::MAX];
        let payloads: [&[u8]; 3] = [b"", b"before", b"after!"];
        let valid = |generation| payloads.map(|payload| SlotRead::Valid { generation, payload });
        let damaged = core::iter::once(SlotRead::Damaged);
        let slots = || generations.iter().flat_map(|g| valid(*g)).chain(damaged.clone());
        let mut seen = [0_u32; ROWS.len()];
        for pair in slots().flat_map(|a| slots().map(move |b| (a, b))) {
            let found: usize = ROWS.iter().filter(|(_, holds)| holds(pair)).count();
            assert_eq!(found, 1, "{pair:?}");
            let row = recover(pair.0, pair.1);
            for (count, (label, holds)) in seen.iter_mut().zip(ROWS) {
                assert_eq!(row == label, holds(pair), "{pair:?} gave {row:?}");
                *count += u32::from(row == label);
            }
        }
        assert!(seen.iter().all(|count| *count > 0), "a row that nothing reaches: {seen:?}");
        std::println!("recovery table: {} inputs, rows reached {seen:?}", seen.iter().sum::<u32>());
    }

    #[test]
    fn the_first_slot_alternates() {
        for generation in [1, 2, 3, u64::MAX - 1] {
            assert_eq!(
                Side::written_first(generation).other(),
                Side::written_first(generation + 1)
            );
        }
    }
}
