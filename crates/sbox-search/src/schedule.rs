//! The order of a circuit's gates: one in which few values are needed at once.

use crate::boxes::INPUTS;
use crate::net::{Gate, MOST_NODES, Net};
use crate::random::Random;

/// Orders that are tried for what is emitted.
pub(crate) const TRIES: usize = 500;

/// The circuit in the best of so many orders; the same for the same circuit in every run.
pub(crate) fn scheduled(net: &Net, tries: usize) -> Net {
    let mut random = Random::seeded(1);
    let mut best = net.clone();
    let mut least = cost(net);
    for turn in 0..tries {
        let tried = listed(net, turn != 0, &mut random);
        let cost = cost(&tried);
        if cost < least {
            (best, least) = (tried, cost);
        }
    }
    best
}

/// The most values that are needed at once, and the sum over all gates.
fn cost(net: &Net) -> (usize, usize) {
    let live = live(net);
    (live.iter().copied().max().unwrap_or(0), live.iter().sum())
}

/// The most values that are held at once, with a gate's inputs before it and its output behind it. An input counts from
/// its first use on.
pub(crate) fn peak(net: &Net) -> usize {
    cost(net).0
}

/// How many values are held at every gate.
fn live(net: &Net) -> Vec<usize> {
    let mut first = [usize::MAX; MOST_NODES];
    let mut last = [0; MOST_NODES];
    for (place, gate) in net.gates.iter().enumerate() {
        first[INPUTS + place] = place;
        for from in gate.inputs() {
            first[from] = first[from].min(place);
            last[from] = place;
        }
    }
    for output in net.outputs {
        last[output] = net.gates.len();
    }
    // Before the gate: its inputs and what is needed later; behind it: its output and what is needed later.
    let before = |place: usize, node: usize| {
        (first[node] < place || first[node] == place && node < INPUTS) && place <= last[node]
    };
    let behind = |place: usize, node: usize| first[node] <= place && place < last[node];
    let count = |held: &dyn Fn(usize, usize) -> bool, place: usize| {
        (0..net.nodes()).filter(|node| held(place, *node)).count()
    };
    (0..net.gates.len()).map(|place| count(&before, place).max(count(&behind, place))).collect()
}

/// List scheduling: of the gates that can come next, one that frees the most values and needs the fewest new ones.
fn listed(net: &Net, shaken: bool, random: &mut Random) -> Net {
    let mut uses = [0_usize; MOST_NODES];
    for gate in &net.gates {
        for from in distinct(gate) {
            uses[from] += 1;
        }
    }
    for output in net.outputs {
        uses[output] += 1;
    }
    let heights = heights(net);
    let mut places = [None; MOST_NODES];
    for (node, place) in places.iter_mut().enumerate().take(INPUTS) {
        *place = Some(node);
    }
    let mut begun = [false; MOST_NODES];
    let mut order: Vec<Gate> = Vec::with_capacity(net.gates.len());
    while order.len() < net.gates.len() {
        let ready = (0..net.gates.len()).filter(|place| {
            places[INPUTS + place].is_none()
                && net.gates[*place].inputs().all(|from| places[from].is_some())
        });
        let next = ready.max_by_key(|place| {
            let inputs = || distinct(&net.gates[*place]);
            let ends = inputs().filter(|from| uses[*from] == 1).count() as isize;
            let begins = inputs().filter(|from| *from < INPUTS && !begun[*from]).count() as isize;
            let shake = if shaken { random.below(6) as isize } else { 0 };
            (4 * (ends - begins) + shake, heights[INPUTS + place], random.next())
        });
        let Some(next) = next else { break };
        for from in distinct(&net.gates[next]) {
            uses[from] -= 1;
            begun[from] = true;
        }
        let from = net.gates[next].from.map(|from| places[from].unwrap_or(0));
        places[INPUTS + next] = Some(INPUTS + order.len());
        order.push(Gate { table: net.gates[next].table, from });
    }
    let outputs = net.outputs.map(|output| places[output].unwrap_or(0));
    Net { gates: order, outputs }
}

/// The nodes that a gate looks at, each once.
fn distinct(gate: &Gate) -> impl Iterator<Item = usize> {
    let [a, b, c] = gate.from;
    [Some(a), (b != a).then_some(b), (c != a && c != b).then_some(c)].into_iter().flatten()
}

/// For every node, the gates on the longest way from it to an end.
fn heights(net: &Net) -> [usize; MOST_NODES] {
    let mut heights = [0; MOST_NODES];
    for (place, gate) in net.gates.iter().enumerate().rev() {
        let height = heights[INPUTS + place] + 1;
        for from in gate.inputs() {
            heights[from] = heights[from].max(height);
        }
    }
    heights
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::book::Book;
    use crate::boxes;
    use crate::net::GateSet;

    #[test]
    fn an_order_changes_neither_outputs_nor_gates() {
        let book = Book::read(&Book::place()).unwrap();
        let mut random = Random::seeded(1);
        for set in GateSet::ALL {
            for number in 1..=8 {
                let net = book.get(set, number).unwrap();
                let other = listed(net, true, &mut random);
                assert!(other.computes(&boxes::targets(number)));
                assert_eq!((other.gates.len(), other.depth()), (net.gates.len(), net.depth()));
            }
        }
    }

    #[test]
    fn the_output_takes_the_place_of_an_input_that_ends() {
        let gate = |from| Gate { table: 0x96, from };
        // a, b, c end in the first gate; then d, e and f come.
        let net =
            Net { gates: vec![gate([0, 1, 2]), gate([3, 4, 6]), gate([7, 5, 6])], outputs: [8; 4] };
        assert_eq!(live(&net), [3, 3, 3]);
    }
}
