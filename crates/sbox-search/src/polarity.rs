//! From gates of any two-input function to AND, OR, XOR, AND NOT and NOT.
//!
//! The walk takes all functions of two inputs for one gate. Most of them are AND, OR, XOR or AND NOT when a node may
//! hold the complement of what it stands for: of the eight functions that are 1, or 0, for a single row of their
//! table, exactly one of function and complement can be had of any given inputs, and of XOR both. So the polarity of
//! every node follows from those below it. An output that comes out as its complement needs a NOT, there or at a node
//! below that serves several.

use crate::boxes::INPUTS;
use crate::net::{Gate, GateSet, MOST_NODES, Net};

pub(crate) const AND: u8 = 0xC0;
pub(crate) const OR: u8 = 0xFC;
pub(crate) const XOR: u8 = 0x3C;
/// The first input and not the second.
pub(crate) const AND_NOT: u8 = 0x30;
pub(crate) const NOT: u8 = 0x0F;

/// The table of a gate over stored values, its inputs in order or exchanged, and whether it stores the complement.
struct Stored {
    table: u8,
    exchanged: bool,
    complement: bool,
}

/// How a gate is stored whose inputs are stored like this; `None` when it does not look at both inputs.
fn stored(gate: Gate, a_complement: bool, b_complement: bool) -> Option<Stored> {
    let mut gate = gate;
    let (a, b) = (gate.from[0], gate.from[1]);
    if a == b {
        return None;
    }
    if a_complement {
        gate = gate.with_flipped(a);
    }
    if b_complement {
        gate = gate.with_flipped(b);
    }
    [false, true].into_iter().find_map(|complement| {
        let table = if complement { !gate.table } else { gate.table };
        let (table, exchanged) = match table {
            AND | OR | XOR | AND_NOT => (table, false),
            0x0C => (AND_NOT, true),
            _ => return None,
        };
        Some(Stored { table, exchanged, complement })
    })
}

/// NOTs needed when the nodes of `flipped` are stored by a NOT behind them, those behind outputs included.
fn nots(net: &Net, flipped: u128) -> Option<usize> {
    let mut complements = [false; MOST_NODES];
    for (node, complement) in complements.iter_mut().enumerate().take(INPUTS) {
        *complement = flipped >> node & 1 == 1;
    }
    for (place, gate) in net.gates.iter().enumerate() {
        let [a, b, _] = gate.from.map(|from| complements[from]);
        let node = INPUTS + place;
        complements[node] = stored(*gate, a, b)?.complement ^ (flipped >> node & 1 == 1);
    }
    let outputs = net.outputs.iter().filter(|output| complements[**output]);
    Some(flipped.count_ones() as usize + outputs.count())
}

/// The nodes behind which a NOT is best, and how many NOTs that makes in all; at most `most` of them are moved away from
/// the outputs. `None` when some gate does not look at both its inputs.
fn best_nots(net: &Net, most: usize) -> Option<(u128, usize)> {
    let mut best = (0, nots(net, 0)?);
    let mut sets = vec![0_u128];
    for _ in 0..most {
        let mut larger = Vec::new();
        for set in sets {
            let from = (128 - set.leading_zeros()) as usize;
            for node in from..net.nodes() {
                let set = set | 1 << node;
                let count = nots(net, set)?;
                if count < best.1 {
                    best = (set, count);
                }
                larger.push(set);
            }
        }
        // With so many NOTs in place, at least one less than all must be won.
        if best.1 <= larger.first().map_or(0, |set| set.count_ones() as usize) {
            break;
        }
        sets = larger;
    }
    Some(best)
}

/// The circuit in AND, OR, XOR, AND NOT and NOT.
fn real_binary(net: &Net, most: usize) -> Option<Net> {
    let (flipped, _) = best_nots(net, most)?;
    let mut gates: Vec<Gate> = Vec::new();
    let mut places = [(0, false); MOST_NODES];
    let mut add = |table, from: [usize; 3]| {
        gates.push(Gate { table, from });
        INPUTS + gates.len() - 1
    };
    for node in 0..net.nodes() {
        let (mut id, mut complement) = (node, false);
        if node >= INPUTS {
            let gate = net.gates[node - INPUTS];
            let [(a, a_complement), (b, b_complement), _] = gate.from.map(|from| places[from]);
            let stored = stored(gate, a_complement, b_complement)?;
            let (a, b) = if stored.exchanged { (b, a) } else { (a, b) };
            id = add(stored.table, [a, b, a]);
            complement = stored.complement;
        }
        if flipped >> node & 1 == 1 {
            id = add(NOT, [id; 3]);
            complement = !complement;
        }
        places[node] = (id, complement);
    }
    let outputs = net.outputs.map(|output| {
        let (id, complement) = places[output];
        if complement { add(NOT, [id; 3]) } else { id }
    });
    Some(Net::in_order(&gates, outputs))
}

/// The circuit without its NOTs: what looked at one looks at its input, with another table.
///
/// `None` when an output is the complement of another node that is needed too; then its NOT stays.
fn without_nots(net: &Net) -> Net {
    let mut net = net.clone();
    while let Some(place) = net.gates.iter().position(|gate| gate.table == NOT) {
        let (node, input) = (INPUTS + place, net.gates[place].from[0]);
        let is_output = net.outputs.contains(&node);
        if is_output {
            if input < INPUTS || net.outputs.contains(&input) {
                break;
            }
            // The gate below becomes the complement, for all that look at it.
            let below = input;
            net.gates[below - INPUTS].table = !net.gates[below - INPUTS].table;
            for gate in &mut net.gates {
                *gate = gate.with_flipped(below);
            }
            net.outputs = net.outputs.map(|output| if output == node { input } else { output });
        }
        for gate in &mut net.gates {
            *gate = if is_output { *gate } else { gate.with_flipped(node) };
            gate.from = gate.from.map(|from| if from == node { input } else { from });
        }
        net = Net::in_order(&net.gates, net.outputs);
    }
    net
}

/// What the walk works on: the circuit of any two-input functions.
pub(crate) fn free(set: GateSet, net: &Net) -> Net {
    match set {
        GateSet::Ternary => net.clone(),
        GateSet::Binary => without_nots(net),
    }
}

/// What the book holds: the circuit of the set's gates. `None` when a gate does not look at both its inputs.
pub(crate) fn real(set: GateSet, net: &Net) -> Option<Net> {
    match set {
        GateSet::Ternary => Some(net.clone()),
        GateSet::Binary => real_binary(net, 2),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    /// Gates of any function that looks at both of its inputs.
    fn net(random: &mut Random) -> Net {
        let mut gates = Vec::new();
        for place in 0..12 {
            let a = random.below(INPUTS + place);
            let b = (a + 1 + random.below(INPUTS + place - 1)) % (INPUTS + place);
            let table =
                [0xC0, 0x30, 0x0C, 0x03, 0x3F, 0xCF, 0xF3, 0xFC, 0x3C, 0xC3][random.below(10)];
            gates.push(Gate { table, from: [a, b, a] });
        }
        Net::in_order(&gates, [17, 16, 15, 14])
    }

    fn outputs(net: &Net) -> [u64; 4] {
        let values = net.values();
        net.outputs.map(|output| values[output])
    }

    #[test]
    fn real_gates_and_free_ones_have_the_same_outputs() {
        let mut random = Random::seeded(11);
        for _ in 0..50 {
            let net = net(&mut random);
            let real = real_binary(&net, 2).unwrap();
            assert!(
                real.gates.iter().all(|gate| [AND, OR, XOR, AND_NOT, NOT].contains(&gate.table))
            );
            assert_eq!(outputs(&real), outputs(&net));
            let nots = best_nots(&net, 2).unwrap().1;
            assert_eq!(real.gates.len(), net.gates.len() + nots);
            let free = without_nots(&real);
            assert_eq!(outputs(&free), outputs(&net));
            assert!(free.gates.len() <= real.gates.len());
        }
    }

    #[test]
    fn one_not_serves_several_outputs() {
        // NAND and two functions of it that are 1 for the input 0: one NOT behind the AND is enough.
        let gate = |table, from| Gate { table, from };
        let gates = [gate(0x3F, [0, 1, 0]), gate(0xFC, [6, 2, 6]), gate(0xFC, [6, 3, 6])];
        let net = Net { gates: gates.to_vec(), outputs: [6, 7, 8, 8] };
        let nots = |most| best_nots(&net, most).unwrap().1;
        assert_eq!((nots(0), nots(1)), (4, 1));
        assert_eq!(outputs(&real_binary(&net, 1).unwrap()), outputs(&net));
    }
}
