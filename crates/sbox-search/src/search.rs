//! Growing circuits and making them smaller, until the time is over.

use std::time::{Duration, Instant};

use crate::boxes::{INPUT_VALUES, INPUTS, OUTPUTS};
use crate::fit::Wanted;
use crate::net::{GateSet, Net};
use crate::pairs::Nodes;
use crate::polarity;
use crate::random::Random;
use crate::schedule;
use crate::solve::Pool;
use crate::walk::Walk;

/// How many orders of division are tried, and with how many times the least effort; later ones are the best of those before.
const ORDERS: [(usize, usize); 3] = [(8, 1), (3, 10), (1, 40)];

/// What is better in a circuit when it is less, the most important first.
pub(crate) type Rank = [usize; 3];

/// The rank of a circuit of the set's gates, in an order of them that is quickly found.
///
/// Fewer gates are best. Then a short way through counts; and, with the 16 registers of gates of two inputs, that few
/// values are held at once.
pub(crate) fn rank(set: GateSet, net: &Net) -> Rank {
    let held = schedule::peak(&schedule::scheduled(net, QUICK));
    match set {
        GateSet::Ternary => [net.gates.len(), net.depth(), held],
        GateSet::Binary => {
            [net.gates.len(), net.depth() + 2 * held.saturating_sub(BINARY_HELD), held]
        }
    }
}

/// Values that 16 registers hold without trouble.
const BINARY_HELD: usize = 14;

/// Orders of gates that are tried for a rank.
const QUICK: usize = 20;

/// Told of every circuit that is better than all before.
type Better<'a> = dyn FnMut(Net) -> Result<(), String> + 'a;

/// How hard an output is looked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Means {
    pub(crate) effort: usize,
    pub(crate) breadth: usize,
    pub(crate) order: [usize; INPUTS],
    /// Circuits that a level of growing keeps.
    pub(crate) width: usize,
    /// Times that each of them is given one more output, in all.
    pub(crate) tries: usize,
}

/// A circuit of some outputs; of those that are missing, `outputs` says nothing.
#[derive(Clone)]
struct Part {
    net: Net,
    missing: Vec<usize>,
}

pub(crate) struct Search<'a> {
    set: GateSet,
    targets: [u64; OUTPUTS],
    random: Random,
    best: Rank,
    better: &'a mut Better<'a>,
    end: Instant,
}

/// Searches for so long: with an odd seed first from the circuit that is known, else from new ones.
///
/// # Errors
///
/// What `better` says, or that a circuit does not compute the targets.
pub(crate) fn search<'a>(
    set: GateSet,
    targets: &[u64; OUTPUTS],
    known: Option<&Net>,
    seed: u64,
    time: Duration,
    better: &'a mut Better<'a>,
) -> Result<(), String> {
    let mut search = Search {
        set,
        targets: *targets,
        random: Random::seeded(seed),
        best: known.map_or([usize::MAX, 0, 0], |net| rank(set, net)),
        better,
        end: Instant::now() + time,
    };
    let known = known.map(|net| polarity::free(set, net));
    if let Some(net) = known.filter(|_| !seed.is_multiple_of(2)) {
        search.improve(net)?;
    }
    while !search.over() {
        if let Some(net) = search.smallest_grown() {
            search.improve(net)?;
        }
    }
    Ok(())
}

impl Search<'_> {
    fn over(&self) -> bool {
        Instant::now() >= self.end
    }

    pub(crate) fn means(&mut self) -> Means {
        let mut order = [0, 1, 2, 3, 4, 5];
        self.random.shuffle(&mut order);
        let (effort, breadth) = match self.set {
            GateSet::Ternary => (40 << self.random.below(4), 1 + self.random.below(3)),
            GateSet::Binary => (60 << self.random.below(4), 1 + self.random.below(4)),
        };
        Means { effort, breadth, order, width: 3, tries: 24 }
    }

    /// Rounds without a gain after which a circuit of so many gates is left.
    fn patience(&self, gates: usize) -> usize {
        match gates.saturating_sub(self.best[0]) {
            0 => 2_000,
            1 => 500,
            2..4 => 250,
            _ => 100,
        }
    }

    /// Tells of a circuit with fewer gates, or with as few and fewer values at once.
    fn tell(&mut self, net: &Net) -> Result<(), String> {
        if net.gates.len() > self.best[0] {
            return Ok(());
        }
        let Some(real) = polarity::real(self.set, net) else { return Ok(()) };
        let rank = rank(self.set, &real);
        if rank < self.best {
            if !real.computes(&self.targets) {
                return Err("a step changed an output; that is a bug of this program".to_owned());
            }
            self.best = rank;
            (self.better)(real)?;
        }
        Ok(())
    }

    /// Small changes and large ones, until for long none has won a gate.
    fn improve(&mut self, begin: Net) -> Result<(), String> {
        let mut walk = Walk::new(self.set, begin, Random::seeded(self.random.next()));
        let mut least = walk.net.gates.len();
        let mut since = 0;
        while since < self.patience(least) && !self.over() {
            since += 1;
            walk.ceiling = least + 1;
            match self.random.below(4) {
                0 | 1 => (0..200).for_each(|_| walk.step()),
                2 => self.rebuild(&mut walk, least),
                _ => {
                    let drop = 1 + self.random.below(3);
                    if let Some(net) = self.reopened(&walk.net, drop, least) {
                        walk.net = net;
                    }
                }
            }
            if walk.net.gates.len() < least {
                least = walk.net.gates.len();
                since = 0;
            }
            self.tell(&walk.net)?;
        }
        Ok(())
    }

    fn rebuild(&mut self, walk: &mut Walk, least: usize) {
        for _ in 0..10 {
            let more = walk.net.gates.len() <= least && self.random.once_in(20);
            let Means { breadth, order, .. } = self.means();
            walk.rebuild(
                usize::from(more),
                &Means { effort: 20, breadth, order, width: 1, tries: 1 },
            );
        }
    }

    /// The circuit with some outputs made anew, when that takes no more gates than it had, or now and then one more.
    fn reopened(&mut self, net: &Net, drop: usize, least: usize) -> Option<Net> {
        let mut order = [0, 1, 2, 3];
        self.random.shuffle(&mut order);
        let (dropped, kept) = order.split_at(drop);
        let mut outputs = net.outputs;
        for place in dropped {
            outputs[*place] = net.outputs[kept[0]];
        }
        let part = self.walked(Net::in_order(&net.gates, outputs), 300);
        let limit = least + usize::from(net.gates.len() > least || self.random.once_in(8));
        let means = self.means();
        let mut part = Part { net: part, missing: dropped.to_vec() };
        for place in dropped {
            part = self.with(&part, *place, limit, means)?;
        }
        Some(part.net)
    }

    /// The part with one more output, of at most so many gates.
    fn with(&mut self, part: &Part, place: usize, limit: usize, means: Means) -> Option<Part> {
        let most = limit.checked_sub(part.net.gates.len())?;
        let values = match part.net.gates.len() {
            0 => Nodes::of(INPUT_VALUES),
            _ => Nodes::of(part.net.values()[..part.net.nodes()].iter().copied()),
        };
        let mut pool = Pool::new(self.set, values, means, &mut self.random);
        let output = pool.solve(Wanted::of(self.targets[place], !0), most, false)?;
        let mut gates = part.net.gates.clone();
        gates.append(&mut pool.gates);
        let missing: Vec<usize> =
            part.missing.iter().copied().filter(|other| *other != place).collect();
        let mut outputs = part.net.outputs;
        outputs[place] = output;
        for other in &missing {
            outputs[*other] = output;
        }
        Some(Part { net: Net::in_order(&gates, outputs), missing })
    }

    /// The circuit after some steps that add no gate.
    fn walked(&mut self, net: Net, most: usize) -> Net {
        let mut walk = Walk::new(self.set, net, Random::seeded(self.random.next()));
        walk.ceiling = walk.net.gates.len();
        (0..self.random.below(most)).for_each(|_| walk.step());
        walk.net
    }

    /// The smallest of some circuits from nothing. The order of division matters most: many are tried with little effort,
    /// and the best of them with more.
    fn smallest_grown(&mut self) -> Option<Net> {
        let (effort, breadth) = match self.set {
            GateSet::Ternary => (20, 2),
            GateSet::Binary => (30, 4),
        };
        let mut all: Vec<(Net, Means)> = Vec::new();
        for (count, times) in ORDERS {
            let known: Vec<Means> = all.iter().map(|(_, means)| *means).collect();
            for turn in 0..count {
                if self.over() {
                    break;
                }
                let means = known.get(turn).copied().unwrap_or_else(|| self.means());
                let means = Means { effort: effort * times, breadth, ..means };
                all.extend(self.grown(means).map(|net| (net, means)));
            }
            all.sort_by_key(|(net, _)| net.gates.len());
        }
        all.into_iter().map(|(net, _)| net).min_by_key(|net| net.gates.len())
    }

    /// A circuit from nothing, output by output; each level keeps the smallest few.
    pub(crate) fn grown(&mut self, means: Means) -> Option<Net> {
        let nothing = Net { gates: Vec::new(), outputs: [0; OUTPUTS] };
        let mut level = vec![Part { net: nothing, missing: vec![0, 1, 2, 3] }];
        for _ in 0..OUTPUTS {
            let mut next: Vec<Part> = Vec::new();
            for turn in 0..means.tries {
                let part = &level[turn % level.len()];
                let place = part.missing[self.random.below(part.missing.len())];
                let worst = next.get(means.width - 1).map(|part| part.net.gates.len() - 1);
                let limit = worst.unwrap_or(part.net.gates.len() + 50).min(90);
                if let Some(mut grown) = self.with(&part.clone(), place, limit, means) {
                    grown.net = self.walked(grown.net, 600);
                    next.push(grown);
                    next.sort_by_key(|part| part.net.gates.len());
                    next.truncate(means.width);
                }
            }
            level = next;
            if level.is_empty() {
                return None;
            }
        }
        level.into_iter().next().map(|part| part.net)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::boxes;

    #[test]
    fn a_circuit_grows_from_nothing_and_is_the_s_box() {
        for set in GateSet::ALL {
            let targets = boxes::targets(4);
            let mut nothing = |_| Ok(());
            let mut search = Search {
                set,
                targets,
                random: Random::seeded(3),
                best: [0; 3],
                better: &mut nothing,
                end: Instant::now(),
            };
            let quick = Means { effort: 20, tries: 6, width: 2, ..search.means() };
            let net = search.grown(quick).unwrap();
            assert!(net.computes(&targets));
            let gates = net.gates.len();
            for _ in 0..5 {
                if let Some(net) = search.reopened(&net, 2, gates) {
                    assert!(net.computes(&targets));
                    assert!(net.gates.len() <= gates + 1);
                }
            }
        }
    }

    #[test]
    fn only_what_is_better_is_told() {
        let mut told = Vec::new();
        let mut better = |net: Net| {
            told.push(rank(GateSet::Ternary, &net));
            Ok(())
        };
        let targets = boxes::targets(4);
        let time = Duration::from_millis(200);
        search(GateSet::Ternary, &targets, None, 2, time, &mut better).unwrap();
        assert!(told.is_sorted_by(|a, b| a > b));
    }
}
