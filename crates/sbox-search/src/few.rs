//! A function with two new gates, or with three of two inputs: all choices of nodes that can do are gone through.
//!
//! Whatever gates there are, they look at a few nodes, and those must tell every one from every zero of what is wanted.

use crate::fit::{self, Wanted};
use crate::net::{Gate, GateSet};
use crate::pairs::Pairs;
use crate::polarity::{AND, AND_NOT, OR, XOR};
use crate::solve::Pool;

/// Ways of which one is taken, and choices of nodes that are looked at for them.
const ENOUGH: usize = 20;
const MOST_CHOICES: usize = 1_000;

/// Functions of two inputs, of which the others are complements.
const FUNCTIONS: [u8; 5] = [AND, AND_NOT, !OR, 0x0C, XOR];

/// Three gates of two inputs.
#[derive(Clone, Copy)]
enum Three {
    /// One over the first node and one over the second and one over the last two; what the inner ones have to be.
    Chain([usize; 4], Wanted, Wanted),
    /// One over two: one of this table over the first two nodes, and one over the last two that has to be this.
    Fork(u8, [usize; 4], Wanted),
}

impl Pool<'_> {
    /// A gate over known nodes and one new gate.
    pub(crate) fn two(&mut self, wanted: Wanted) -> Option<usize> {
        match self.set {
            GateSet::Ternary => self.two_ternary(wanted),
            GateSet::Binary => self.two_binary(wanted),
        }
    }

    fn two_ternary(&mut self, wanted: Wanted) -> Option<usize> {
        let values = &self.values;
        let random = &mut *self.random;
        let (mut chosen, mut seen, mut looked) = (None, 0, 0);
        Pairs::many(values, wanted).sets(values.len(), 5, &mut |places| {
            for (inner, beside) in splits(places) {
                let inputs = inner.map(|place| values[place]);
                let others = beside.map(|place| values[place]);
                if let Some(table) = fit::inner_table(wanted, inputs, others, random) {
                    seen += 1;
                    if random.below(seen) == 0 {
                        chosen = Some((table, inner, beside));
                    }
                }
            }
            looked += 1;
            seen >= ENOUGH || looked >= MOST_CHOICES
        });
        let (table, inner, [d, e]) = chosen?;
        let inner = self.add(table, inner);
        self.fitted(wanted, [d, e, inner])
    }

    fn two_binary(&mut self, wanted: Wanted) -> Option<usize> {
        let values = &self.values;
        let random = &mut *self.random;
        let (mut chosen, mut seen, mut looked) = (None, 0, 0);
        Pairs::many(values, wanted).sets(values.len(), 3, &mut |places| {
            let &[a, b, c] = places else { return false };
            for [x, y, z] in [[a, b, c], [b, a, c], [c, a, b]] {
                let inner = wanted.beside(values[x]);
                if fit::fits_two(inner, values[y], values[z]) {
                    seen += 1;
                    if random.below(seen) == 0 {
                        chosen = Some((inner, [x, y, z]));
                    }
                }
            }
            looked += 1;
            seen >= ENOUGH || looked >= MOST_CHOICES
        });
        let (inner, [x, y, z]) = chosen?;
        let inner = self.fitted(inner, [y, z, y])?;
        self.fitted(wanted, [x, inner, x])
    }

    /// Three new gates of two inputs.
    pub(crate) fn three_binary(&mut self, wanted: Wanted) -> Option<usize> {
        let values = &self.values;
        let random = &mut *self.random;
        let (mut chosen, mut seen, mut looked) = (None, 0, 0);
        Pairs::many(values, wanted).sets(values.len(), 4, &mut |places| {
            let mut offer = |three| {
                seen += 1;
                if random.below(seen) == 0 {
                    chosen = Some(three);
                }
            };
            for [x, y, z, w] in chains(places) {
                let first = wanted.beside(values[x]);
                let second = first.beside(values[y]);
                if fit::fits_two(second, values[z], values[w]) {
                    offer(Three::Chain([x, y, z, w], first, second));
                }
            }
            for [x, y, z, w] in forks(places) {
                for table in FUNCTIONS {
                    let first = Gate { table, from: [0; 3] };
                    let second = wanted.beside(first.value([values[x], values[y], 0]));
                    if fit::fits_two(second, values[z], values[w]) {
                        offer(Three::Fork(table, [x, y, z, w], second));
                    }
                }
            }
            looked += 1;
            seen >= ENOUGH || looked >= MOST_CHOICES
        });
        match chosen? {
            Three::Chain([x, y, z, w], first, second) => {
                let inner = self.fitted(second, [z, w, z])?;
                let inner = self.fitted(first, [y, inner, y])?;
                self.fitted(wanted, [x, inner, x])
            }
            Three::Fork(table, [x, y, z, w], second) => {
                let first = self.add(table, [x, y, x]);
                let second = self.fitted(second, [z, w, z])?;
                self.fitted(wanted, [first, second, first])
            }
        }
    }
}

/// Every way to give three of five places to an inner gate and two to the outer one, which may share one of four.
fn splits(places: &[usize]) -> impl Iterator<Item = ([usize; 3], [usize; 2])> {
    const OF_FIVE: [[usize; 5]; 10] = [
        [2, 3, 4, 0, 1],
        [1, 3, 4, 0, 2],
        [1, 2, 4, 0, 3],
        [1, 2, 3, 0, 4],
        [0, 3, 4, 1, 2],
        [0, 2, 4, 1, 3],
        [0, 2, 3, 1, 4],
        [0, 1, 4, 2, 3],
        [0, 1, 3, 2, 4],
        [0, 1, 2, 3, 4],
    ];
    const OF_FOUR: [[usize; 5]; 12] = [
        [1, 2, 3, 0, 1],
        [1, 2, 3, 0, 2],
        [1, 2, 3, 0, 3],
        [0, 2, 3, 1, 0],
        [0, 2, 3, 1, 2],
        [0, 2, 3, 1, 3],
        [0, 1, 3, 2, 0],
        [0, 1, 3, 2, 1],
        [0, 1, 3, 2, 3],
        [0, 1, 2, 3, 0],
        [0, 1, 2, 3, 1],
        [0, 1, 2, 3, 2],
    ];
    let ways: &[[usize; 5]] = match places.len() {
        5 => &OF_FIVE,
        4 => &OF_FOUR,
        _ => &[],
    };
    ways.iter().map(|way| {
        let [a, b, c, d, e] = way.map(|place| places[place]);
        ([a, b, c], [d, e])
    })
}

/// The orders of a chain over three or four places.
fn chains(places: &[usize]) -> impl Iterator<Item = [usize; 4]> {
    const OF_FOUR: [[usize; 4]; 12] = [
        [0, 1, 2, 3],
        [0, 2, 1, 3],
        [0, 3, 1, 2],
        [1, 0, 2, 3],
        [1, 2, 0, 3],
        [1, 3, 0, 2],
        [2, 0, 1, 3],
        [2, 1, 0, 3],
        [2, 3, 0, 1],
        [3, 0, 1, 2],
        [3, 1, 0, 2],
        [3, 2, 0, 1],
    ];
    const OF_THREE: [[usize; 4]; 12] = [
        [0, 1, 0, 2],
        [0, 1, 1, 2],
        [0, 2, 0, 1],
        [0, 2, 1, 2],
        [1, 0, 0, 2],
        [1, 0, 1, 2],
        [1, 2, 0, 1],
        [1, 2, 0, 2],
        [2, 0, 0, 1],
        [2, 0, 1, 2],
        [2, 1, 0, 1],
        [2, 1, 0, 2],
    ];
    of(places, &OF_THREE, &OF_FOUR)
}

/// The pairs of a fork over three or four places.
fn forks(places: &[usize]) -> impl Iterator<Item = [usize; 4]> {
    of(
        places,
        &[[0, 1, 0, 2], [0, 1, 1, 2], [0, 2, 1, 2]],
        &[[0, 1, 2, 3], [0, 2, 1, 3], [0, 3, 1, 2]],
    )
}

/// These orders of three or four places; none of fewer.
fn of<'a>(
    places: &'a [usize],
    of_three: &'static [[usize; 4]],
    of_four: &'static [[usize; 4]],
) -> impl Iterator<Item = [usize; 4]> + use<'a> {
    let ways = match places.len() {
        4 => of_four,
        3 => of_three,
        _ => &[],
    };
    ways.iter().map(|way| way.map(|place| places[place]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::boxes::INPUT_VALUES;
    use crate::pairs::Nodes;
    use crate::random::Random;
    use crate::search::Means;

    const MEANS: Means =
        Means { effort: 1, breadth: 1, order: [0, 1, 2, 3, 4, 5], width: 1, tries: 1 };

    fn gate(table: u8, inputs: [u64; 3]) -> u64 {
        Gate { table, from: [0; 3] }.value(inputs)
    }

    #[test]
    fn two_gates_of_three_inputs_are_found_wherever_there_are() {
        let mut random = Random::seeded(1);
        let [a, b, c, d, e, f] = INPUT_VALUES;
        for turn in 0..60 {
            let inner = gate(random.byte(), [a, b, c]);
            let others = [[d, e], [b, f], [f, e]][turn % 3];
            let target = gate(random.byte(), [others[0], others[1], inner]);
            let wanted = Wanted::of(target, random.next() | random.next());
            let mut pool = Pool::new(GateSet::Ternary, Nodes::of(INPUT_VALUES), MEANS, &mut random);
            let place = pool.solve(wanted, 2, false).unwrap();
            assert!(wanted.is(pool.values[place]));
            assert!(pool.gates.len() <= 2);
        }
    }

    #[test]
    fn three_gates_of_two_inputs_are_found_wherever_there_are() {
        let mut random = Random::seeded(1);
        let [a, b, c, d, ..] = INPUT_VALUES;
        for turn in 0..200 {
            let any = [0; 3].map(|_| FUNCTIONS[random.below(5)]);
            let both = |table, x, y| gate(table, [x, y, x]);
            let target = match turn % 4 {
                0 => both(any[0], both(any[1], a, b), both(any[2], c, d)),
                1 => both(any[0], a, both(any[1], b, both(any[2], c, d))),
                2 => both(any[0], both(any[1], a, b), both(any[2], b, c)),
                _ => both(any[0], a, both(any[1], b, both(any[2], a, c))),
            };
            let wanted = Wanted::of(target, random.next() | random.next() | random.next());
            let mut pool = Pool::new(GateSet::Binary, Nodes::of(INPUT_VALUES), MEANS, &mut random);
            let place = pool.solve(wanted, 3, false).unwrap();
            assert!(wanted.is(pool.values[place]), "{turn}");
            assert!(pool.gates.len() <= 3);
        }
    }
}
