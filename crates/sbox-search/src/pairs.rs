//! Pairs of inputs that a gate has to tell apart, and the nodes that do.

use crate::fit::Wanted;

/// The values of nodes, by node and by input.
pub(crate) struct Nodes {
    values: Vec<u64>,
    /// For each of the 64 inputs the nodes that are 1; bits behind the last node mean nothing.
    columns: [u128; 64],
}

impl Nodes {
    pub(crate) fn of(values: impl IntoIterator<Item = u64>) -> Self {
        let mut nodes = Self { values: Vec::with_capacity(128), columns: [0; 64] };
        for value in values {
            nodes.push(value);
        }
        nodes
    }

    pub(crate) fn push(&mut self, value: u64) {
        let place = self.values.len();
        self.values.push(value);
        for (input, column) in self.columns.iter_mut().enumerate() {
            *column = *column & !(1 << place) | u128::from(value >> input & 1) << place;
        }
    }

    pub(crate) fn truncate(&mut self, len: usize) {
        self.values.truncate(len);
    }

    pub(crate) fn values(&self) -> &[u64] {
        &self.values
    }

    pub(crate) fn len(&self) -> usize {
        self.values.len()
    }

    /// All nodes, as bits.
    fn all(&self) -> u128 {
        !(u128::MAX << self.values.len())
    }
}

impl std::ops::Index<usize> for Nodes {
    type Output = u64;

    fn index(&self, place: usize) -> &u64 {
        &self.values[place]
    }
}

/// Pairs of inputs that have to be told apart, each as the set of the values that do so.
///
/// Every choice of values that is enough for a gate has one of each set; going through the sets first spares looking at
/// most choices.
pub(crate) struct Pairs {
    sets: Vec<u128>,
}

/// Pairs that are enough for one gate: most choices fail at the first few.
const FEW: u32 = 32;

/// Pairs of which the one that the fewest values tell apart is searched.
const LOOKED_AT: usize = 24;

/// Pairs of which enough are left when two values are already chosen.
const MANY: u32 = 96;

impl Pairs {
    /// Some pairs of a one and a zero; of them, the one that the fewest values tell apart is first.
    pub(crate) fn few(nodes: &Nodes, wanted: Wanted) -> Self {
        Self::some(nodes, wanted, FEW)
    }

    /// As [`Self::few`], but more.
    pub(crate) fn many(nodes: &Nodes, wanted: Wanted) -> Self {
        Self::some(nodes, wanted, MANY)
    }

    fn some(nodes: &Nodes, wanted: Wanted, count: u32) -> Self {
        let mut sets = Vec::with_capacity(count as usize);
        if wanted.is_mixed() {
            let mut least = 0;
            for turn in 0..count {
                // Steps of odd length come by all places in a scattered order.
                let one = nth_bit(wanted.ones, turn * 7);
                let zero = nth_bit(wanted.zeros, turn * 11 + turn / 8);
                let set = (nodes.columns[one] ^ nodes.columns[zero]) & nodes.all();
                sets.push(set);
                if set.count_ones() < sets[least].count_ones() {
                    least = turn as usize;
                }
            }
            sets.swap(0, least);
        }
        Self { sets }
    }

    /// Those that neither of these values tells apart, into pairs that are there already.
    pub(crate) fn left_by(&self, values: u128, left: &mut Self) {
        left.sets.clear();
        left.sets.extend(self.sets.iter().filter(|set| **set & values == 0).take(FEW as usize));
    }

    /// None.
    pub(crate) fn none() -> Self {
        Self { sets: Vec::with_capacity(FEW as usize) }
    }

    /// The first that no value of this set tells apart: the values that do; all when there is none.
    fn first_left(&self, values: u128) -> u128 {
        let left = self.sets.iter().find(|set| **set & values == 0);
        left.copied().unwrap_or(u128::MAX)
    }

    /// The values each of which alone tells apart all that these leave.
    fn last(&self, values: u128, among: u128) -> u128 {
        let mut among = among;
        for set in &self.sets {
            if set & values == 0 {
                among &= set;
                if among == 0 {
                    break;
                }
            }
        }
        among
    }

    /// All choices of two of `count` values, each once, with the set of those that can be the third; a third is needed
    /// only where the first two do not tell all apart.
    ///
    /// Some value must tell the first pair apart: each of those in turn is taken, and not looked at again.
    pub(crate) fn choices(&self, count: usize, mut found: impl FnMut(usize, usize, u128)) {
        let mut firsts_left = !(u128::MAX << count);
        let mut after_first = Self::none();
        for first in bits(self.first_left(0) & firsts_left) {
            firsts_left &= !(1 << first);
            self.left_by(1 << first, &mut after_first);
            let mut left = firsts_left;
            for second in bits(after_first.first_left(0) & left) {
                left &= !(1 << second);
                let thirds = after_first.last(1 << second, left);
                if thirds != 0 || after_first.first_left(1 << second) == u128::MAX {
                    found(first, second, thirds);
                }
            }
        }
    }

    /// Choices of at most `most` of `count` values that tell all apart, each once, until `found` says that it is enough.
    ///
    /// At each level the values that tell one pair apart are taken in turn, of the pair that has the fewest.
    pub(crate) fn sets(&self, count: usize, most: usize, found: &mut dyn FnMut(&[usize]) -> bool) {
        let mut chosen = [0; 5];
        sets(&self.sets, &mut chosen[..most], 0, !(u128::MAX << count), found);
    }

    /// All choices of two values that tell all apart.
    pub(crate) fn twos(&self, count: usize, mut found: impl FnMut(usize, usize)) {
        let mut left = !(u128::MAX << count);
        for first in bits(self.first_left(0) & left) {
            left &= !(1 << first);
            for second in bits(self.last(1 << first, left)) {
                found(first, second);
            }
        }
    }
}

/// The choices that go on from `chosen[..depth]`, which leaves these pairs and may take more of `left`.
fn sets(
    pairs: &[u128],
    chosen: &mut [usize],
    depth: usize,
    left: u128,
    found: &mut dyn FnMut(&[usize]) -> bool,
) -> bool {
    if pairs.is_empty() && found(&chosen[..depth]) {
        return true;
    }
    if depth + 1 >= chosen.len() {
        let mut last = if depth == chosen.len() { 0 } else { left };
        for pair in pairs {
            last &= pair;
            if last == 0 {
                return false;
            }
        }
        return bits(last).any(|place| {
            chosen[depth] = place;
            found(chosen)
        });
    }
    let some = pairs.iter().take(LOOKED_AT).map(|pair| pair & left);
    // What tells all apart already may go on with any other: more gates may need more to look at.
    let fewest = some.min_by_key(|pair| pair.count_ones()).unwrap_or(left);
    let mut left = left;
    let mut rest = Vec::with_capacity(pairs.len());
    bits(fewest).any(|place| {
        left &= !(1 << place);
        chosen[depth] = place;
        rest.clear();
        rest.extend(pairs.iter().filter(|pair| *pair >> place & 1 == 0));
        sets(&rest, chosen, depth + 1, left, found)
    })
}

/// The places of the set bits, from below.
pub(crate) fn bits(set: u128) -> impl Iterator<Item = usize> {
    let mut left = set;
    std::iter::from_fn(move || {
        let place = left.trailing_zeros();
        (left != 0).then(|| {
            left &= left - 1;
            place as usize
        })
    })
}

/// Some set bit of a number that has one; which, `turn` says.
fn nth_bit(bits: u64, turn: u32) -> usize {
    let turned = bits.rotate_right(turn % 64);
    (turned.trailing_zeros() + turn) as usize % 64
}
