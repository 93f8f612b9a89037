//! A function out of nodes that are there, with few new gates.
//!
//! One gate and two are looked for among all choices of nodes. Beyond that the function is divided: a gate over known
//! nodes and one new node, which is wanted only where the known ones leave the function open; or a selector and two new
//! nodes, one for each half (M. Kwan, "Reducing the Gate Count of Bitslice DES", 2000). Where nothing is wanted a node
//! may be anything, and each part may use what the parts before it made.

use crate::boxes::INPUTS;
use crate::fit::{self, Wanted};
use crate::net::{Gate, GateSet};
use crate::pairs::Nodes;
use crate::random::Random;
use crate::search::Means;

/// Known nodes, and the new gates over them.
pub(crate) struct Pool<'a> {
    pub(crate) set: GateSet,
    pub(crate) values: Nodes,
    /// New gates over places in `values`; the last of those are theirs.
    pub(crate) gates: Vec<Gate>,
    pub(crate) random: &'a mut Random,
    /// Functions that may still be looked at; when there are none left, all fails.
    effort: usize,
    /// Ways to divide that are followed at the first level; below, there are fewer.
    breadth: usize,
    /// The inputs in the order in which they divide; outputs that are divided alike share more.
    order: [usize; INPUTS],
}

/// A division: the new node is wanted like this, beside the nodes at these places.
#[derive(Clone, Copy)]
struct Way {
    left: u32,
    beside: [usize; 2],
    inner: Wanted,
}

impl<'a> Pool<'a> {
    pub(crate) fn new(set: GateSet, values: Nodes, means: Means, random: &'a mut Random) -> Self {
        let Means { effort, breadth, order, .. } = means;
        Pool { set, values, gates: Vec::new(), random, effort, breadth, order }
    }

    /// The place of a node that is what is wanted, or its complement where `flip` allows that, with at most `most` new
    /// gates; none is left behind when it fails.
    pub(crate) fn solve(&mut self, wanted: Wanted, most: usize, flip: bool) -> Option<usize> {
        self.best(wanted, most, flip, self.breadth)
    }

    fn best(&mut self, wanted: Wanted, most: usize, flip: bool, breadth: usize) -> Option<usize> {
        let flipped = wanted.flipped();
        let known = self
            .values
            .values()
            .iter()
            .position(|value| wanted.is(*value) || flip && flipped.is(*value));
        if known.is_some() || most == 0 {
            return known;
        }
        if let Some(place) = self.one(wanted) {
            return Some(place);
        }
        if most == 1 {
            return None;
        }
        if self.effort > 0 {
            self.effort -= 1;
            if let Some(place) = self.two(wanted) {
                return Some(place);
            }
            if most > 2
                && self.set == GateSet::Binary
                && let Some(place) = self.three_binary(wanted)
            {
                return Some(place);
            }
            if most == 3 && self.set == GateSet::Binary {
                return None;
            }
        }
        if most == 2 {
            return None;
        }
        self.best_way(wanted, most, breadth)
    }

    /// Of some ways to divide the one with the fewest gates.
    fn best_way(&mut self, wanted: Wanted, most: usize, breadth: usize) -> Option<usize> {
        let known = (self.values.len(), self.gates.len());
        let mut ways = if self.effort > 0 { self.ways(wanted) } else { Vec::new() };
        ways.truncate(breadth.max(2));
        let mut most = most;
        let mut best = None;
        let turns = ways.len()
            + if self.effort == 0 {
                1
            } else if breadth > 1 {
                6
            } else {
                2
            };
        let mut effort = self.effort;
        for turn in 0..turns {
            if most < 3 || effort == 0 && best.is_some() {
                break;
            }
            // Each way has its share of the effort that is left.
            let share = effort.div_ceil(turns - turn);
            self.effort = share;
            let below = (breadth / 2).max(1);
            let place = match ways.get(turn) {
                Some(way) => self.deeper(wanted, most, way, below),
                None => self.halves(wanted, most, below, turn - ways.len()),
            };
            effort -= share - self.effort;
            if let Some(place) = place {
                most = self.gates.len() - known.1 - 1;
                best = Some((place, self.gates.split_off(known.1)));
            }
            self.values.truncate(known.0);
            self.gates.truncate(known.1);
        }
        self.effort = effort;
        let (place, gates) = best?;
        for gate in gates {
            self.add(gate.table, gate.from);
        }
        Some(place)
    }

    pub(crate) fn add(&mut self, table: u8, places: [usize; 3]) -> usize {
        let gate = Gate { table, from: places };
        self.values.push(gate.value(places.map(|place| self.values[place])));
        self.gates.push(gate);
        self.values.len() - 1
    }

    /// Adds the gate over these places that is what is wanted.
    pub(crate) fn fitted(&mut self, wanted: Wanted, places: [usize; 3]) -> Option<usize> {
        let [a, b, c] = places.map(|place| self.values[place]);
        let table = match self.set {
            GateSet::Ternary => fit::table(wanted, [a, b, c], self.random)?,
            GateSet::Binary => fit::table_of_two(wanted, a, b, self.random)?,
        };
        Some(self.add(table, places))
    }

    /// Some gate over known nodes.
    fn one(&mut self, wanted: Wanted) -> Option<usize> {
        let (mut chosen, mut seen) = (None, 0);
        fit::choices(self.set, &self.values, wanted, |places| {
            seen += 1;
            if self.random.below(seen) == 0 {
                chosen = Some(places);
            }
        });
        self.fitted(wanted, chosen?)
    }

    /// All divisions by known nodes, roughly by how much they leave open.
    fn ways(&mut self, wanted: Wanted) -> Vec<Way> {
        let mut ways = Vec::new();
        for x in 0..self.values.len() {
            if self.set == GateSet::Binary {
                ways.extend(self.way(wanted, [x, x]));
                continue;
            }
            for y in x + 1..self.values.len() {
                ways.extend(self.way(wanted, [x, y]));
            }
        }
        ways.sort_unstable_by_key(|way| way.left);
        ways
    }

    /// The division by these nodes, where it leaves something to a new one; in each cell that it leaves open the new node
    /// may be the complement.
    fn way(&mut self, wanted: Wanted, beside: [usize; 2]) -> Option<Way> {
        let [a, b] = beside.map(|place| self.values[place]);
        let mut inner = Wanted { ones: 0, zeros: 0 };
        let mut bits = self.random.byte();
        if beside[0] == beside[1] {
            // Of two cells exactly one is flipped, or nothing would be won.
            bits = bits & !1 | !(bits >> 3) & 1;
        }
        for (place, cell) in [!a & !b, !a & b, a & !b, a & b].into_iter().enumerate() {
            let here = wanted.within(cell);
            if here.is_mixed() {
                let here = if bits >> place & 1 == 1 { here.flipped() } else { here };
                inner.ones |= here.ones;
                inner.zeros |= here.zeros;
            }
        }
        let whole = inner == wanted || inner == wanted.flipped();
        let left = inner.mask().count_ones() + u32::from(bits >> 5);
        (!whole).then_some(Way { left, beside, inner })
    }

    /// A division whose new node takes more than one gate.
    fn deeper(&mut self, wanted: Wanted, most: usize, way: &Way, breadth: usize) -> Option<usize> {
        let inner = self.best(way.inner, most - 1, true, breadth)?;
        let [x, y] = way.beside;
        match self.set {
            GateSet::Ternary => self.fitted(wanted, [x, y, inner]),
            GateSet::Binary => self.fitted(wanted, [x, inner, x]),
        }
    }

    /// A selector and a new node for each half.
    fn halves(
        &mut self,
        wanted: Wanted,
        most: usize,
        breadth: usize,
        turn: usize,
    ) -> Option<usize> {
        let order = self.order;
        let halves =
            |by: &usize| [wanted.within(self.values[*by]), wanted.within(!self.values[*by])];
        let both = |by: &usize| halves(by).iter().all(|half| half.is_mixed());
        let turn = if self.random.once_in(4) { self.random.below(INPUTS) } else { turn };
        let mut selectors = order.into_iter().filter(both);
        let Some(by) = selectors.nth(turn % selectors.clone().count().max(1)) else {
            // Where one half is decided, the other is all that is left.
            let decides = |by: &usize| halves(by).iter().all(|half| half.mask() != 0);
            let mut one = order.into_iter().filter(decides);
            let beside = [one.next()?; 2];
            let way = self.way(wanted, beside)?;
            return self.deeper(wanted, most, &way, breadth);
        };
        let value = self.values[by];
        let value = if self.random.once_in(2) { value } else { !value };
        let before = self.gates.len();
        if self.set == GateSet::Ternary {
            let first = self.best(wanted.within(!value), most - 1, true, breadth)?;
            let left = (most - 1).checked_sub(self.gates.len() - before)?;
            let second = self.best(wanted.within(value), left, true, breadth)?;
            return self.fitted(wanted, [by, first, second]);
        }
        let kind = self.random.below(3);
        // What the first node must be where the selector chooses the other: anything, below what is wanted, or above it.
        let half = wanted.within(!value);
        let first = match kind {
            0 => half,
            1 => Wanted { ones: half.ones, zeros: wanted.zeros },
            _ => Wanted { ones: wanted.ones, zeros: half.zeros },
        };
        let first = self.best(first, most - 2, false, breadth)?;
        let left = (most - 2).checked_sub(self.gates.len() - before)?;
        let known = self.values[first];
        // What the selector has to let through on its side.
        let through = match kind {
            0 => wanted.flipped_within(known),
            1 => Wanted { ones: wanted.ones & !known, zeros: wanted.zeros },
            _ => Wanted { ones: wanted.zeros & known, zeros: wanted.ones },
        };
        let second = self.best(through.within(value), left, true, breadth)?;
        let masked = self.fitted(
            Wanted { zeros: through.zeros | wanted.mask() & !value & !through.ones, ..through },
            [by, second, by],
        )?;
        self.fitted(wanted, [first, masked, first])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::boxes::{self, INPUT_VALUES};

    #[test]
    fn what_is_solved_is_what_is_wanted() {
        let mut random = Random::seeded(4);
        for set in GateSet::ALL {
            for effort in [0, 10] {
                for target in boxes::targets(4) {
                    let means =
                        Means { effort, breadth: 2, order: [5, 0, 1, 2, 3, 4], width: 1, tries: 1 };
                    let wanted = Wanted::of(target, random.next() | random.next());
                    let mut pool = Pool::new(set, Nodes::of(INPUT_VALUES), means, &mut random);
                    let place = pool.solve(wanted, 100, false);
                    assert!(place.is_some(), "{set:?} {effort}");
                    let place = place.unwrap();
                    assert!(wanted.is(pool.values[place]));
                    assert_eq!(pool.values.len(), INPUTS + pool.gates.len());
                    assert!(pool.gates.len() <= 100);
                }
            }
        }
    }

    #[test]
    fn what_takes_too_many_gates_leaves_nothing() {
        let mut random = Random::seeded(4);
        let means = Means { effort: 10, breadth: 2, order: [0, 1, 2, 3, 4, 5], width: 1, tries: 1 };
        let mut pool = Pool::new(GateSet::Binary, Nodes::of(INPUT_VALUES), means, &mut random);
        assert_eq!(pool.solve(Wanted::of(boxes::targets(1)[0], !0), 5, false), None);
        assert_eq!((pool.values.len(), pool.gates.len()), (INPUTS, 0));
    }
}
