//! The shortest plan that still fails: visits are cut out in ever smaller pieces.

use super::Tale;
use super::plan::Plan;

/// How a plan is played: how it ends, and what is wrong then.
type Play<'a> = &'a mut dyn FnMut(&Plan) -> (Tale, Vec<String>);

/// So many plans are tried at most.
const TRIES: u32 = 400;

/// Cuts visits, then single faults, as long as something is still wrong; what that is comes too.
pub(super) fn shorten(plan: &Plan, play: Play<'_>) -> (Plan, Vec<String>) {
    let mut cut = Cut { tries: TRIES, play };
    let mut shortest = plan.clone();
    let mut piece = shortest.visits.len().div_ceil(2);
    while piece > 0 {
        shortest = cut.pieces(shortest, piece);
        piece /= 2;
    }
    shortest = cut.faults(shortest);
    let (_, wrong) = (cut.play)(&shortest);
    (shortest, wrong)
}

struct Cut<'a> {
    tries: u32,
    play: Play<'a>,
}

impl Cut<'_> {
    fn still_fails(&mut self, plan: &Plan) -> bool {
        if self.tries == 0 {
            return false;
        }
        self.tries -= 1;
        !(self.play)(plan).1.is_empty()
    }

    /// Leaves out each piece of so many visits that is not needed.
    fn pieces(&mut self, mut plan: Plan, piece: usize) -> Plan {
        let mut at = 0;
        while at < plan.visits.len() {
            let mut shorter = plan.clone();
            shorter.visits.drain(at..(at + piece).min(plan.visits.len()));
            if self.still_fails(&shorter) {
                plan = shorter;
            } else {
                at += piece;
            }
        }
        plan
    }

    /// Leaves out each fault that is not needed.
    fn faults(&mut self, mut plan: Plan) -> Plan {
        for visit in 0..plan.visits.len() {
            for fault in (0..plan.visits[visit].faults.len()).rev() {
                let mut simpler = plan.clone();
                simpler.visits[visit].faults.remove(fault);
                if self.still_fails(&simpler) {
                    plan = simpler;
                }
            }
        }
        plan
    }
}
