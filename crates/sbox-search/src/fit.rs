//! Gates that are a wanted function where it matters.

use crate::net::GateSet;
use crate::pairs::{Nodes, Pairs, bits};
use crate::random::Random;

/// A function that is wanted on some of the 64 inputs: where it has to be 1, and where 0.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Wanted {
    pub(crate) ones: u64,
    pub(crate) zeros: u64,
}

impl Wanted {
    /// This function where the mask is set.
    pub(crate) fn of(target: u64, mask: u64) -> Self {
        Self { ones: target & mask, zeros: !target & mask }
    }

    /// Where it matters.
    pub(crate) fn mask(self) -> u64 {
        self.ones | self.zeros
    }

    /// Whether this value is it.
    pub(crate) fn is(self, value: u64) -> bool {
        self.ones & !value == 0 && self.zeros & value == 0
    }

    /// Its complement.
    pub(crate) fn flipped(self) -> Self {
        Self { ones: self.zeros, zeros: self.ones }
    }

    /// Where this mask is set; elsewhere it does not matter.
    pub(crate) fn within(self, mask: u64) -> Self {
        Self { ones: self.ones & mask, zeros: self.zeros & mask }
    }

    /// Where this mask is set its complement, elsewhere itself.
    pub(crate) fn flipped_within(self, mask: u64) -> Self {
        Self {
            ones: self.ones & !mask | self.zeros & mask,
            zeros: self.zeros & !mask | self.ones & mask,
        }
    }

    /// What a second gate of two inputs has to be beside this value: it matters where that leaves it open. Where that is
    /// everywhere, an XOR puts both together, and the second is the complement for one half.
    pub(crate) fn beside(self, value: u64) -> Self {
        let (low, high) = (self.within(!value), self.within(value));
        match (low.is_mixed(), high.is_mixed()) {
            (true, true) => self.flipped_within(value),
            (true, false) => low,
            (false, true) => high,
            (false, false) => self.within(0),
        }
    }

    /// Whether some input has to give 1 and some other 0.
    pub(crate) fn is_mixed(self) -> bool {
        self.ones != 0 && self.zeros != 0
    }
}

/// The table over three values that is what is wanted; rows that do not matter are filled at random.
pub(crate) fn table(wanted: Wanted, [a, b, c]: [u64; 3], random: &mut Random) -> Option<u8> {
    let (mut table, mut free) = (0, 0);
    for row in 0..8_u8 {
        let one = |value: u64, place: u8| if row >> place & 1 == 1 { value } else { !value };
        let here = wanted.within(one(a, 2) & one(b, 1) & one(c, 0));
        match (here.ones != 0, here.zeros != 0) {
            (true, true) => return None,
            (true, false) => table |= 1 << row,
            (false, true) => {}
            (false, false) => free |= 1 << row,
        }
    }
    Some(table | free & random.byte())
}

/// The table over two values that is what is wanted, as [`table`], and does not look at a third.
pub(crate) fn table_of_two(wanted: Wanted, a: u64, b: u64, random: &mut Random) -> Option<u8> {
    let (mut table, mut free) = (0, 0);
    for (place, cell) in [!a & !b, !a & b, a & !b, a & b].into_iter().enumerate() {
        let here = wanted.within(cell);
        match (here.ones != 0, here.zeros != 0) {
            (true, true) => return None,
            (true, false) => table |= 3 << (2 * place),
            (false, true) => {}
            (false, false) => free |= 3 << (2 * place),
        }
    }
    let (pick, mut fill) = (random.byte(), 0);
    for place in 0..4 {
        fill |= ((pick >> place & 1) * 3) << (2 * place);
    }
    Some(table | free & fill)
}

/// Whether some table over two values is what is wanted.
pub(crate) fn fits_two(wanted: Wanted, a: u64, b: u64) -> bool {
    [!a & !b, !a & b, a & !b, a & b].iter().all(|cell| !wanted.within(*cell).is_mixed())
}

/// Every choice of values, by their places, over which one gate of the set is what is wanted.
///
/// A choice of fewer than three has its first place again.
pub(crate) fn choices(
    set: GateSet,
    nodes: &Nodes,
    wanted: Wanted,
    mut found: impl FnMut([usize; 3]),
) {
    let pairs = Pairs::few(nodes, wanted);
    let values = nodes.values();
    if set == GateSet::Binary {
        pairs.twos(values.len(), |i, j| {
            if mixed(wanted, values[i], values[j]).1 == 0 {
                found([i, j, i]);
            }
        });
        return;
    }
    pairs.choices(values.len(), |i, j, thirds| {
        let (cells, count) = mixed(wanted, values[i], values[j]);
        if count == 0 {
            found([i, j, i]);
        } else {
            separating(&cells[..count], values, thirds, |k| found([i, j, k]));
        }
    });
}

/// The cells of two values in which both ones and zeros are wanted, and how many there are.
fn mixed(wanted: Wanted, a: u64, b: u64) -> ([Wanted; 4], usize) {
    let mut mixed = [wanted; 4];
    let mut count = 0;
    for cell in [!a & !b, !a & b, a & !b, a & b] {
        let here = wanted.within(cell);
        mixed[count.min(3)] = here;
        count += usize::from(here.is_mixed());
    }
    (mixed, count)
}

/// The values of this set that separate ones from zeros in every one of these cells.
fn separating(mixed: &[Wanted], values: &[u64], set: u128, mut found: impl FnMut(usize)) {
    for place in bits(set) {
        let value = values[place];
        let separates = |cell: &Wanted| {
            (cell.ones & value == 0 || cell.zeros & value == 0)
                && (cell.ones & !value == 0 || cell.zeros & !value == 0)
        };
        if mixed.iter().all(separates) {
            found(place);
        }
    }
}

/// The table of an inner gate over `inner` that makes an outer gate over it and `beside` what is wanted, if there is one.
///
/// Rows of the inner table that stand for a one and a zero of the same cell of `beside` have to differ; so the rows are
/// coloured with two colours, and what is not bound is coloured at random.
pub(crate) fn inner_table(
    wanted: Wanted,
    inner: [u64; 3],
    beside: [u64; 2],
    random: &mut Random,
) -> Option<u8> {
    let [d, e] = beside;
    let cells = [!d & !e, !d & e, d & !e, d & e];
    let mut rows = [(0_u8, 0_u8); 8];
    for (row, here) in rows.iter_mut().enumerate() {
        let one =
            |place: usize| if row >> (2 - place) & 1 == 1 { inner[place] } else { !inner[place] };
        let wanted = wanted.within(one(0) & one(1) & one(2));
        for (place, cell) in cells.into_iter().enumerate() {
            here.0 |= u8::from(wanted.ones & cell != 0) << place;
            here.1 |= u8::from(wanted.zeros & cell != 0) << place;
        }
        if here.0 & here.1 != 0 {
            return None;
        }
    }
    let differ = |i: usize, j: usize| rows[i].0 & rows[j].1 | rows[i].1 & rows[j].0 != 0;
    two_coloured(differ, random)
}

fn two_coloured(differ: impl Fn(usize, usize) -> bool, random: &mut Random) -> Option<u8> {
    let (mut coloured, mut table) = (0_u8, 0_u8);
    let bits = random.byte();
    for start in 0..8 {
        if coloured >> start & 1 == 1 {
            continue;
        }
        coloured |= 1 << start;
        table |= bits & 1 << start;
        let mut waiting = 1_u8 << start;
        while waiting != 0 {
            let row = waiting.trailing_zeros() as usize;
            waiting &= waiting - 1;
            for other in (0..8).filter(|other| *other != row && differ(row, *other)) {
                if coloured >> other & 1 == 0 {
                    coloured |= 1 << other;
                    table |= (!table >> row & 1) << other;
                    waiting |= 1 << other;
                } else if table >> other & 1 == table >> row & 1 {
                    return None;
                }
            }
        }
    }
    Some(table)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::boxes::INPUT_VALUES;
    use crate::net::Gate;

    /// Six inputs and some gates over them.
    fn values(random: &mut Random) -> Vec<u64> {
        let mut values = INPUT_VALUES.to_vec();
        for _ in 0..6 {
            let inputs = [0; 3].map(|_| values[random.below(values.len())]);
            values.push(Gate { table: random.byte(), from: [0; 3] }.value(inputs));
        }
        values
    }

    #[test]
    fn choices_are_all_that_there_are() {
        let mut random = Random::seeded(3);
        for _ in 0..40 {
            let values = values(&mut random);
            let target = Gate { table: random.byte(), from: [0; 3] };
            let target = target.value([0; 3].map(|_| values[random.below(values.len())]));
            let wanted = Wanted::of(target, random.next() | random.next());
            let mut expected = Vec::new();
            for i in 0..values.len() {
                for j in i + 1..values.len() {
                    for k in j + 1..values.len() {
                        let inputs = [i, j, k].map(|place| values[place]);
                        if table(wanted, inputs, &mut random).is_some() {
                            expected.push([i, j, k]);
                        }
                    }
                }
            }
            let mut found = Vec::new();
            let nodes = Nodes::of(values.iter().copied());
            choices(GateSet::Ternary, &nodes, wanted, |places| found.push(places));
            // Of a choice that two values are enough for, the third is not named.
            let is_of =
                |of: &[usize; 3], found: &[usize; 3]| found.iter().all(|place| of.contains(place));
            for choice in &expected {
                assert!(
                    !wanted.is_mixed() || found.iter().any(|found| is_of(choice, found)),
                    "{choice:?}"
                );
            }
            for choice in found {
                let inputs = choice.map(|place| values[place]);
                let fitted = table(wanted, inputs, &mut random).unwrap();
                assert!(wanted.is(Gate { table: fitted, from: [0; 3] }.value(inputs)));
            }
        }
    }

    #[test]
    fn an_inner_table_lets_the_outer_gate_be_what_is_wanted() {
        let mut random = Random::seeded(5);
        let mut fitted = 0;
        for _ in 0..2_000 {
            let values = values(&mut random);
            let [a, b, c, d, e] = [0; 5].map(|_| values[random.below(values.len())]);
            let wanted = Wanted::of(random.next(), random.next() & random.next() & random.next());
            if let Some(inner) = inner_table(wanted, [a, b, c], [d, e], &mut random) {
                let inner = Gate { table: inner, from: [0; 3] }.value([a, b, c]);
                assert!(table(wanted, [inner, d, e], &mut random).is_some());
                fitted += 1;
            }
        }
        assert!(fitted > 0);
    }

    #[test]
    fn a_table_of_two_does_not_look_at_a_third() {
        let mut random = Random::seeded(7);
        let [a, b, ..] = INPUT_VALUES;
        for _ in 0..100 {
            let wanted = Wanted::of(a & !b, random.next() & random.next());
            let table = table_of_two(wanted, a, b, &mut random).unwrap();
            assert_eq!(table >> 1 & 0x55, table & 0x55);
            assert!(wanted.is(Gate { table, from: [0; 3] }.value([a, b, a])));
        }
    }
}
