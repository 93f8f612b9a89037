//! A circuit: gates over six inputs, each over what stands before it.

use crate::boxes::{INPUT_VALUES, INPUTS, OUTPUTS};

/// Nodes that a circuit may have, inputs counted, while it is worked on.
pub(crate) const MOST_NODES: usize = 120;

/// What the gates of a circuit may be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum GateSet {
    /// Any function of three inputs, as AVX-512 has in `vpternlogq`.
    Ternary,
    /// AND, OR, XOR, AND NOT and NOT.
    Binary,
}

impl GateSet {
    /// Both, in the order of the files.
    pub(crate) const ALL: [Self; 2] = [Self::Ternary, Self::Binary];

    /// Its word in files and on the command line.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Ternary => "ternary",
            Self::Binary => "binary",
        }
    }

    /// The set of this name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|set| set.name() == name)
    }
}

/// A gate: a table over three nodes.
///
/// Bit `4a + 2b + c` of the table is the output for inputs `a`, `b`, `c`, as the immediate of `vpternlogq` has it. A gate
/// with fewer inputs has its first one again in the other places, and a table that does not look there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Gate {
    pub(crate) table: u8,
    pub(crate) from: [usize; 3],
}

impl Gate {
    /// What it is for these values of its inputs, 64 at a time.
    pub(crate) fn value(self, [a, b, c]: [u64; 3]) -> u64 {
        let all = |place: u32| 0_u64.wrapping_sub(u64::from(self.table >> place & 1));
        let choose = |no: u64, yes: u64, by: u64| no ^ (no ^ yes) & by;
        let low = choose(choose(all(0), all(1), c), choose(all(2), all(3), c), b);
        let high = choose(choose(all(4), all(5), c), choose(all(6), all(7), c), b);
        choose(low, high, a)
    }

    /// The nodes that it looks at.
    pub(crate) fn inputs(self) -> impl Iterator<Item = usize> {
        self.from.into_iter()
    }

    /// The same function with the latest of its inputs in the first place.
    pub(crate) fn with_latest_first(self) -> Self {
        let [a, b, c] = self.from;
        // A row of the new table is the old one's with the same values of the nodes.
        let moved = |from: [usize; 3], row: fn(u8) -> u8| {
            let bit = |new: u8| (self.table >> row(new) & 1) << new;
            Self { table: (0..8).map(bit).sum(), from }
        };
        match a.max(b).max(c) {
            latest if latest == a => self,
            latest if latest == b => {
                moved([b, a, c], |row| row & 1 | (row & 2) << 1 | row >> 1 & 2)
            }
            _ => moved([c, b, a], |row| row & 2 | (row & 1) << 2 | row >> 2 & 1),
        }
    }

    /// The same function with this input taken for its complement.
    pub(crate) fn with_flipped(mut self, input: usize) -> Self {
        for (place, from) in self.from.into_iter().enumerate() {
            if from == input {
                self.table = match place {
                    0 => self.table.rotate_left(4),
                    1 => (self.table & 0x33) << 2 | self.table >> 2 & 0x33,
                    _ => (self.table & 0x55) << 1 | self.table >> 1 & 0x55,
                };
            }
        }
        self
    }
}

/// A circuit. Nodes 0 to 5 are the inputs, node `6 + i` is gate `i`; a gate looks only at nodes before it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Net {
    pub(crate) gates: Vec<Gate>,
    pub(crate) outputs: [usize; OUTPUTS],
}

impl Net {
    /// Inputs and gates.
    pub(crate) fn nodes(&self) -> usize {
        INPUTS + self.gates.len()
    }

    /// The value of every node for all 64 inputs; zero where no node is.
    pub(crate) fn values(&self) -> [u64; MOST_NODES] {
        let mut values = [0; MOST_NODES];
        values[..INPUTS].copy_from_slice(&INPUT_VALUES);
        for (place, gate) in self.gates.iter().enumerate() {
            values[INPUTS + place] = gate.value(gate.from.map(|from| values[from]));
        }
        values
    }

    /// Whether every output is its target.
    pub(crate) fn computes(&self, targets: &[u64; OUTPUTS]) -> bool {
        let values = self.values();
        self.outputs.map(|output| values[output]) == *targets
    }

    /// For each node the nodes that it stands on, itself included, as bits.
    pub(crate) fn cones(&self) -> [u128; MOST_NODES] {
        let mut cones = [0; MOST_NODES];
        for (node, cone) in cones.iter_mut().enumerate().take(INPUTS) {
            *cone = 1 << node;
        }
        for (place, gate) in self.gates.iter().enumerate() {
            let below = gate.inputs().fold(0, |all, from| all | cones[from]);
            cones[INPUTS + place] = below | 1 << (INPUTS + place);
        }
        cones
    }

    /// The depth of every node: gates on the longest way to it from an input.
    pub(crate) fn depths(&self) -> Vec<usize> {
        let mut depths = vec![0; INPUTS];
        for gate in &self.gates {
            let below = gate.inputs().map(|from| depths[from]).max();
            depths.push(below.unwrap_or(0) + 1);
        }
        depths
    }

    /// Gates on the longest way from an input to an output.
    pub(crate) fn depth(&self) -> usize {
        let depths = self.depths();
        self.outputs.iter().map(|output| depths[*output]).max().unwrap_or(0)
    }

    /// The same gates in an order in which each looks only at earlier ones, without those that no output stands on.
    ///
    /// The gates given may stand in any order that has no circle.
    pub(crate) fn in_order(gates: &[Gate], outputs: [usize; OUTPUTS]) -> Self {
        let mut moved = [None; MOST_NODES];
        for (node, place) in moved.iter_mut().enumerate().take(INPUTS) {
            *place = Some(node);
        }
        let mut order = Ordering { gates, moved, done: Vec::with_capacity(gates.len()) };
        let outputs = outputs.map(|output| order.place(output));
        Self { gates: order.done, outputs }
    }
}

struct Ordering<'a> {
    gates: &'a [Gate],
    moved: [Option<usize>; MOST_NODES],
    done: Vec<Gate>,
}

impl Ordering<'_> {
    /// The new number of a node, behind everything that it stands on.
    fn place(&mut self, node: usize) -> usize {
        if let Some(place) = self.moved[node] {
            return place;
        }
        let mut gate = self.gates[node - INPUTS];
        gate.from = gate.from.map(|from| self.place(from));
        let place = INPUTS + self.done.len();
        self.done.push(gate);
        self.moved[node] = Some(place);
        place
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gate_is_the_row_of_its_table() {
        for table in [0x00, 0x01, 0x27, 0x96, 0xE8, 0xFF] {
            for row in 0..8_u8 {
                let inputs = [row >> 2 & 1, row >> 1 & 1, row & 1].map(u64::from);
                let gate = Gate { table, from: [0, 1, 2] };
                let flipped = gate.with_flipped(1);
                assert_eq!(gate.value(inputs) & 1, u64::from(table >> row & 1));
                assert_eq!(flipped.value(inputs) & 1, u64::from(table >> (row ^ 2) & 1));
            }
        }
    }

    #[test]
    fn the_latest_input_comes_first_and_the_function_stays() {
        for from in [[8, 1, 2], [1, 8, 2], [1, 2, 8], [8, 1, 8], [1, 8, 8], [8, 8, 8], [3, 3, 8]] {
            let gate = Gate { table: 0x2B, from };
            let other = gate.with_latest_first();
            let value = |node: usize| [0xF0, 0xCC, 0xAA][node % 3];
            assert_eq!(other.from[0], 8);
            assert_eq!(other.value(other.from.map(value)), gate.value(from.map(value)), "{from:?}");
        }
    }

    #[test]
    fn order_drops_what_no_output_stands_on() {
        let gate = |table, from| Gate { table, from };
        let gates = [gate(0x96, [7, 0, 1]), gate(0xE8, [0, 1, 2]), gate(0x01, [6, 7, 5])];
        let net = Net::in_order(&gates, [6; OUTPUTS]);
        assert_eq!(net.gates, [gate(0xE8, [0, 1, 2]), gate(0x96, [6, 0, 1])]);
        assert_eq!((net.outputs, net.depth()), ([7; OUTPUTS], 2));
    }
}
