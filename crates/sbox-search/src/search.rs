//! Walks from the best circuit known and from new ones, until the time is over.

use std::time::{Duration, Instant};

use crate::boxes::{INPUT_VALUES, OUTPUTS};
use crate::fit::Wanted;
use crate::net::{GateSet, Net};
use crate::polarity;
use crate::random::Random;
use crate::solve::Pool;
use crate::walk::Walk;

pub(crate) struct Search<'a> {
    set: GateSet,
    targets: [u64; OUTPUTS],
    random: Random,
    best: usize,
    better: &'a mut dyn FnMut(Net) -> Result<(), String>,
    end: Instant,
}

/// Searches until `until`, and tells `better` of every circuit with fewer gates than all before.
pub(crate) fn search(
    set: GateSet,
    targets: &[u64; OUTPUTS],
    known: Option<&Net>,
    seed: u64,
    time: Duration,
    better: &mut dyn FnMut(Net) -> Result<(), String>,
) -> Result<(), String> {
    let mut search = Search {
        set,
        targets: *targets,
        random: Random::seeded(seed),
        best: known.map_or(usize::MAX, |net| net.gates.len()),
        better,
        end: Instant::now() + time,
    };
    let mut known = known.map(|net| free(set, net));
    while !search.over() {
        let begin = match known.take() {
            Some(net) => net,
            None => match search.grown() {
                Some(net) => net,
                None => continue,
            },
        };
        search.improve(begin)?;
    }
    Ok(())
}

impl Search<'_> {
    fn over(&self) -> bool {
        Instant::now() >= self.end
    }

    fn tell(&mut self, net: &Net) -> Result<bool, String> {
        if net.gates.len() < self.best
            && let Some(total) = polarity::count(self.set, net)
            && total < self.best
        {
            if !net.computes(&self.targets) {
                return Err("a step changed an output; that is a bug of this program".to_owned());
            }
            self.best = total;
            (self.better)(real(self.set, net))?;
            return Ok(true);
        }
        Ok(false)
    }

    fn improve(&mut self, begin: Net) -> Result<(), String> {
        let start = Instant::now();
        let from = begin.gates.len();
        let mut walk = Walk::new(self.set, begin, Random::seeded(self.random.next()));
        let mut least = walk.net.gates.len();
        let mut since = 0;
        let mut counts = [[0_u32; 3]; 3];
        while since < 3000 && !self.over() {
            since += 1;
            let before = walk.net.gates.len();
            let kind = self.random.below(3);
            walk.ceiling = least + 1;
            walk.up_once_in = 256;
            match kind {
                0 => {
                    for _ in 0..100 {
                        walk.step();
                    }
                }
                1 => {
                    for _ in 0..10 {
                        let more =
                            usize::from(walk.net.gates.len() <= least && self.random.once_in(20));
                        let breadth = 1 + self.random.below(4);
                        walk.rebuild(more, 20, breadth);
                    }
                }
                _ => {
                    let drop = 1 + self.random.below(2);
                    if let Some(net) = self.reopened(&walk.net, drop, least) {
                        walk.net = net;
                    }
                }
            }
            let after = walk.net.gates.len();
            counts[kind][0] += 1;
            counts[kind][1] += u32::from(after < before);
            if after < least {
                least = after;
                counts[kind][2] += 1;
                since = 0;
            }
            if self.tell(&walk.net)? {
                since = 0;
            }
        }
        eprintln!("from {from} to {least} gates, {:.0?} {counts:?}", start.elapsed());
        Ok(())
    }

    /// The circuit with some outputs made anew, when that takes at most `limit` gates.
    fn reopened(&mut self, net: &Net, drop: usize, least: usize) -> Option<Net> {
        let mut order = [0, 1, 2, 3];
        self.random.shuffle(&mut order);
        let (dropped, kept) = order.split_at(drop);
        let mut outputs = net.outputs;
        for place in dropped {
            outputs[*place] = net.outputs[kept[0]];
        }
        let part = Net::in_order(&net.gates, outputs);
        let mut walk = Walk::new(self.set, part, Random::seeded(self.random.next()));
        walk.ceiling = walk.net.gates.len();
        for _ in 0..self.random.below(300) {
            walk.step();
        }
        let limit = least + usize::from(net.gates.len() > least || self.random.once_in(8));
        self.completed(
            walk.net,
            dropped,
            limit,
            if self.set == GateSet::Ternary { 60 } else { 400 },
        )
    }

    fn completed(
        &mut self,
        net: Net,
        missing: &[usize],
        limit: usize,
        effort: usize,
    ) -> Option<Net> {
        let mut values = net.values()[..net.nodes()].to_vec();
        if net.gates.is_empty() {
            values = INPUT_VALUES.to_vec();
        }
        let breadth = 1 + self.random.below(4);
        let mut gates = net.gates;
        let mut outputs = net.outputs;
        for place in missing {
            let most = limit.checked_sub(gates.len())?;
            let mut pool = Pool {
                set: self.set,
                values,
                gates: Vec::new(),
                random: &mut self.random,
                effort,
                breadth,
            };
            outputs[*place] = pool.solve(Wanted::of(self.targets[*place], !0), most, false)?;
            gates.extend(pool.gates);
            values = pool.values;
        }
        Some(Net::in_order(&gates, outputs))
    }

    /// A circuit from nothing, output by output.
    fn grown(&mut self) -> Option<Net> {
        let mut order = [0, 1, 2, 3];
        self.random.shuffle(&mut order);
        let mut net = Net { gates: Vec::new(), outputs: [0; OUTPUTS] };
        let most = if self.set == GateSet::Ternary { 16 } else { 40 };
        for place in order {
            let mut best: Option<Net> = None;
            for _ in 0..8 {
                let limit =
                    best.as_ref().map_or(net.gates.len() + most, |best| best.gates.len() - 1);
                let mut from = net.clone();
                if net.gates.is_empty() {
                    from.outputs = [0; OUTPUTS];
                }
                if let Some(mut grown) = self.completed(
                    from,
                    &[place],
                    limit,
                    if self.set == GateSet::Ternary { 60 } else { 150 },
                ) {
                    if net.gates.is_empty() {
                        grown.outputs = [grown.outputs[place]; OUTPUTS];
                    }
                    let mut walk = Walk::new(self.set, grown, Random::seeded(self.random.next()));
                    walk.ceiling = walk.net.gates.len();
                    for _ in 0..500 {
                        walk.step();
                    }
                    best = Some(walk.net);
                }
            }
            net = best?;
        }
        Some(net)
    }
}

/// What the walk works on.
fn free(set: GateSet, net: &Net) -> Net {
    match set {
        GateSet::Ternary => net.clone(),
        GateSet::Binary => polarity::without_nots(net),
    }
}

/// What the book holds.
fn real(set: GateSet, net: &Net) -> Net {
    match set {
        GateSet::Ternary => net.clone(),
        GateSet::Binary => polarity::real(net, 3).unwrap_or_else(|| net.clone()),
    }
}
