//! The search: a walk over circuits that all compute the same outputs, from each to one that differs in one gate.
//!
//! A step takes one gate. It need not be what it is for those inputs where no output would change if it were its
//! complement; so it may be replaced by any other gate that is right for the rest, or by two, one over the other. What
//! then nothing stands on is dropped. Steps that do not change the number of gates are taken freely: they make room for
//! those that lower it. Now and then one step up is allowed.

use crate::boxes::INPUTS;
use crate::fit::{self, Wanted};
use crate::net::{Gate, GateSet, MOST_NODES, Net};
use crate::pairs::Nodes;
use crate::random::Random;
use crate::search::Means;
use crate::solve::Pool;

/// Gates over random nodes that a step may take beside those that are there.
const STRANGERS: usize = 6;

/// Of how many steps one also looks for two gates in place of one.
const TWO_GATES_ONCE_IN: usize = 8;

/// Ways to divide that such a step looks at.
const WAYS: usize = 12;

/// The walk and the circuit that it is at.
pub(crate) struct Walk {
    pub(crate) net: Net,
    set: GateSet,
    random: Random,
    /// Of how many steps one may add a gate.
    pub(crate) up_once_in: usize,
    /// The most gates that it may come to.
    pub(crate) ceiling: usize,
}

/// What stands around the gate of a step.
struct Around {
    gate: usize,
    wanted: Wanted,
    /// Nodes that the gate may stand on, and after them the strangers.
    ids: Vec<usize>,
    values: Nodes,
    cones: Vec<u128>,
    strangers: Vec<Gate>,
    /// What the outputs stand on beside what this gate does.
    base: u128,
}

/// A way to replace the gate.
#[derive(Clone, Copy)]
struct Found {
    /// Places in [`Around`], of the new gate; when there is an inner gate, its last place is that one.
    places: [usize; 3],
    inner: Option<Inner>,
}

#[derive(Clone, Copy)]
struct Inner {
    wanted: Wanted,
    places: [usize; 3],
}

/// Keeps one of all ways offered: one of those with the fewest gates, or any.
struct Choice<'a> {
    random: &'a mut Random,
    allowed: usize,
    greedy: bool,
    seen: usize,
    best: Option<Found>,
}

impl Choice<'_> {
    fn offer(&mut self, gates: usize, found: impl FnOnce() -> Found) {
        if gates > self.allowed {
            return;
        }
        if self.greedy && gates < self.allowed {
            self.allowed = gates;
            self.seen = 0;
        }
        self.seen += 1;
        if self.random.below(self.seen) == 0 {
            self.best = Some(found());
        }
    }
}

const fn gates_in(cone: u128) -> usize {
    (cone >> INPUTS).count_ones() as usize
}

impl Walk {
    pub(crate) fn new(set: GateSet, net: Net, random: Random) -> Self {
        let ceiling = net.gates.len() + 1;
        Self { net, set, random, up_once_in: 64, ceiling }
    }

    /// Tries to replace one gate; the outputs stay what they are.
    pub(crate) fn step(&mut self) {
        let gate = INPUTS + self.random.below(self.net.gates.len());
        let around = self.around(gate);
        if self.take_another(&around) {
            return;
        }
        let now = self.net.gates.len();
        let up = now < self.ceiling && self.random.once_in(self.up_once_in);
        let two = self.random.once_in(TWO_GATES_ONCE_IN);
        let greedy = !self.random.once_in(4);
        let mut choice = Choice {
            random: &mut self.random,
            allowed: now + usize::from(up),
            greedy,
            seen: 0,
            best: None,
        };
        one_gate(self.set, &around, &self.net.gates[gate - INPUTS], &mut choice);
        if two && gates_in(around.base) < choice.allowed {
            two_gates(self.set, &around, &mut choice);
        }
        if let Some(found) = choice.best {
            self.take(&around, found);
        }
    }

    /// Takes one gate out with all that only it stands on, and makes it anew of the rest; at most `more` gates are added.
    pub(crate) fn rebuild(&mut self, more: usize, means: &Means) -> bool {
        let gate = INPUTS + self.random.below(self.net.gates.len());
        let around = self.around(gate);
        let mut base = around.base;
        let known = around.ids.len() - around.strangers.len();
        for place in 0..known {
            if self.random.once_in(8) {
                base |= around.cones[place];
            }
        }
        let Some(most) = (self.net.gates.len() + more + 1).checked_sub(gates_in(base)) else {
            return false;
        };
        if most < 2 {
            return false;
        }
        let kept: Vec<usize> = (0..known)
            .filter(|place| around.ids[*place] < INPUTS || base >> around.ids[*place] & 1 == 1)
            .collect();
        let values = Nodes::of(kept.iter().map(|place| around.values[*place]));
        let mut pool = Pool::new(self.set, values, *means, &mut self.random);
        let Some(place) = pool.solve(around.wanted, most, false) else { return false };
        let new = pool.gates;
        let next = self.net.nodes();
        let id = |place: usize| match kept.get(place) {
            Some(known) => around.ids[*known],
            None => next + place - kept.len(),
        };
        let mut gates = self.net.gates.clone();
        gates.extend(new.iter().map(|gate| Gate { table: gate.table, from: gate.from.map(id) }));
        let instead = id(place);
        let replaced = |from: usize| if from == around.gate { instead } else { from };
        for gate in &mut gates {
            gate.from = gate.from.map(replaced);
        }
        self.net = Net::in_order(&gates, self.net.outputs.map(replaced));
        true
    }

    fn around(&mut self, gate: usize) -> Around {
        let values = self.net.values();
        let (mask, after) = self.matters(gate, &values);
        let mut cones = self.net.cones();
        for node in gate..self.net.nodes() {
            if after >> node & 1 == 1 {
                let from = self.net.gates[node - INPUTS].inputs();
                let below =
                    if node == gate { 0 } else { from.fold(0, |all, from| all | cones[from]) };
                cones[node] = below | 1 << node;
            }
        }
        let base = self.net.outputs.iter().fold(0, |all, output| all | cones[*output]);
        let ids = (0..self.net.nodes()).filter(|node| after >> node & 1 == 0);
        let mut around = Around {
            gate,
            wanted: Wanted::of(values[gate], mask),
            ids: ids.collect(),
            values: Nodes::of([]),
            cones: Vec::with_capacity(MOST_NODES),
            strangers: Vec::with_capacity(STRANGERS),
            base,
        };
        for id in &around.ids {
            around.values.push(values[*id]);
        }
        around.cones.extend(around.ids.iter().map(|id| cones[*id]));
        self.invite(&mut around);
        around
    }

    /// Where it matters what the gate is, and what stands on it, itself included.
    fn matters(&self, gate: usize, values: &[u64; MOST_NODES]) -> (u64, u128) {
        let mut changed = *values;
        changed[gate] = !changed[gate];
        let mut after = 1_u128 << gate;
        for (place, other) in self.net.gates.iter().enumerate().skip(gate - INPUTS + 1) {
            if other.inputs().any(|from| after >> from & 1 == 1) {
                after |= 1 << (INPUTS + place);
                let inputs = other.from.map(|from| changed[from]);
                changed[INPUTS + place] = other.value(inputs);
            }
        }
        let outputs = self.net.outputs.into_iter();
        (outputs.fold(0, |mask, output| mask | values[output] ^ changed[output]), after)
    }

    /// Gates over random nodes: a step that takes one has replaced its gate by two.
    fn invite(&mut self, around: &mut Around) {
        let known = around.ids.len();
        for stranger in 0..self.random.below(STRANGERS + 1) {
            let mut places = [0; 3].map(|_| self.random.below(known));
            let table = match self.set {
                GateSet::Ternary => self.random.byte(),
                GateSet::Binary => {
                    places[2] = places[0];
                    [0xC0, 0x30, 0x0C, 0xFC, 0x3C][self.random.below(5)]
                }
            };
            let gate = Gate { table, from: places.map(|place| around.ids[place]) };
            let id = self.net.nodes() + stranger;
            around.values.push(gate.value(places.map(|place| around.values[place])));
            let below = places.iter().fold(0, |all, place| all | around.cones[*place]);
            around.cones.push(below | 1 << id);
            around.ids.push(id);
            around.strangers.push(gate);
        }
    }

    /// Puts another node in the gate's place where one will do; that is always a gate less.
    fn take_another(&mut self, around: &Around) -> bool {
        let known = around.ids.len() - around.strangers.len();
        let values = &around.values.values()[..known];
        let wanted = around.wanted;
        let is_output = self.net.outputs.contains(&around.gate);
        let same = values.iter().position(|value| wanted.is(*value));
        let flipped = values.iter().position(|value| wanted.flipped().is(*value));
        let (place, flip) = match (same, flipped) {
            (Some(place), _) => (place, false),
            (None, Some(place)) if !is_output => (place, true),
            _ => return false,
        };
        let id = around.ids[place];
        for gate in &mut self.net.gates {
            if flip {
                *gate = gate.with_flipped(around.gate);
            }
            gate.from = gate.from.map(|from| if from == around.gate { id } else { from });
        }
        let outputs = self.net.outputs;
        let outputs = outputs.map(|output| if output == around.gate { id } else { output });
        self.net = Net::in_order(&self.net.gates, outputs);
        true
    }

    fn take(&mut self, around: &Around, found: Found) {
        let mut gates = self.net.gates.clone();
        gates.extend_from_slice(&around.strangers);
        let mut values = around.values.values().to_vec();
        let mut ids = around.ids.clone();
        if let Some(inner) = found.inner {
            let Some(gate) = self.fitted(inner.wanted, inner.places, &values, &ids) else { return };
            values.push(gate.value(inner.places.map(|place| values[place])));
            ids.push(INPUTS + gates.len());
            gates.push(gate);
        }
        let Some(gate) = self.fitted(around.wanted, found.places, &values, &ids) else { return };
        gates[around.gate - INPUTS] = gate;
        self.net = Net::in_order(&gates, self.net.outputs);
    }

    fn fitted(
        &mut self,
        wanted: Wanted,
        places: [usize; 3],
        values: &[u64],
        ids: &[usize],
    ) -> Option<Gate> {
        let inputs = places.map(|place| values[place]);
        let table = match self.set {
            GateSet::Ternary => fit::table(wanted, inputs, &mut self.random)?,
            GateSet::Binary => fit::table_of_two(wanted, inputs[0], inputs[1], &mut self.random)?,
        };
        Some(Gate { table, from: places.map(|place| ids[place]) })
    }
}

/// Every other gate in this one's place.
fn one_gate(set: GateSet, around: &Around, now: &Gate, choice: &mut Choice<'_>) {
    fit::choices(set, &around.values, around.wanted, |places| {
        let from = places.map(|place| around.ids[place]);
        if now.from.iter().all(|id| from.contains(id))
            && from.iter().all(|id| now.from.contains(id))
        {
            return;
        }
        let cone = places.iter().fold(around.base, |all, place| all | around.cones[*place]);
        choice.offer(gates_in(cone), || Found { places, inner: None });
    });
}

/// Two gates in place of one: the outer over known nodes and the inner.
fn two_gates(set: GateSet, around: &Around, choice: &mut Choice<'_>) {
    for _ in 0..WAYS {
        let known = around.ids.len();
        let (x, y) = (choice.random.below(known), choice.random.below(known));
        let y = if set == GateSet::Ternary { y } else { x };
        let Some(inner) = rest(set, around, x, y, choice.random) else { continue };
        let base = around.base | around.cones[x] | around.cones[y];
        let places = if set == GateSet::Ternary { [x, y, known] } else { [x, known, x] };
        fit::choices(set, &around.values, inner, |inner_places| {
            let cone = inner_places.iter().fold(base, |all, place| all | around.cones[*place]);
            let gates = gates_in(cone) + 1;
            let inner = Some(Inner { wanted: inner, places: inner_places });
            choice.offer(gates, || Found { places, inner });
        });
    }
}

/// What an inner gate has to be, beside nodes `x` and `y`: it matters where those two leave it open, and in each such
/// cell it may be the complement.
fn rest(set: GateSet, around: &Around, x: usize, y: usize, random: &mut Random) -> Option<Wanted> {
    let (a, b) = (around.values[x], around.values[y]);
    let mut inner = Wanted { ones: 0, zeros: 0 };
    let polarity = random.byte();
    for (place, cell) in [!a & !b, !a & b, a & !b, a & b].into_iter().enumerate() {
        let here = around.wanted.within(cell);
        if here.is_mixed() {
            let here = if polarity >> place & 1 == 1 { here.flipped() } else { here };
            inner.ones |= here.ones;
            inner.zeros |= here.zeros;
        }
    }
    // Where nothing is decided and nothing flipped, the inner gate would be the whole.
    let whole = inner == around.wanted || inner == around.wanted.flipped();
    (!whole && (set == GateSet::Binary || x != y)).then_some(inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::book::Book;
    use crate::boxes::{self, OUTPUTS};
    use crate::polarity;

    #[test]
    fn no_step_changes_an_output() {
        let book = Book::read(&Book::place()).unwrap();
        for set in GateSet::ALL {
            let net = polarity::free(set, book.get(set, 5).unwrap());
            let mut walk = Walk::new(set, net.clone(), Random::seeded(2));
            walk.up_once_in = 4;
            for turn in 0..300 {
                if turn % 50 == 0 {
                    let order = [0, 1, 2, 3, 4, 5];
                    walk.rebuild(1, &Means { effort: 4, breadth: 1, order, width: 1, tries: 1 });
                } else {
                    walk.step();
                }
                assert!(walk.net.computes(&boxes::targets(5)), "turn {turn}");
                assert!(walk.net.gates.len() <= walk.ceiling.max(net.gates.len() + 1));
            }
            assert_ne!(walk.net, net);
        }
    }

    #[test]
    fn a_needless_gate_is_dropped() {
        let gate = |from| Gate { table: 0x96, from };
        // a ^ b ^ c by two gates more than it takes.
        let gates = vec![gate([0, 1, 3]), gate([6, 3, 4]), gate([7, 2, 4])];
        let net = Net { gates, outputs: [8; OUTPUTS] };
        let mut walk = Walk::new(GateSet::Ternary, net, Random::seeded(1));
        let mut turns = 0;
        while walk.net.gates.len() > 1 {
            walk.step();
            turns += 1;
            assert!(turns < 10_000);
        }
    }
}
