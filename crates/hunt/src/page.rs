//! The page of the faults, held against what was found.

use seeded::Bug;

use crate::hunters::{Hunted, Verdict};

const PAGE: &str = include_str!("../../../docs/seeded.md");

/// Why the hunt fails here, if it does.
pub(crate) fn judge(hunted: &Hunted) -> Option<String> {
    let Hunted { bug, simulation, model } = hunted;
    let (simulation, model) = (&simulation.verdict, &model.verdict);
    if let Verdict::Broken(why) = simulation {
        return Some(format!("the simulation: {why}"));
    }
    if let Verdict::Broken(why) = model {
        return Some(format!("the model: {why}"));
    }
    let found = [("simulation", simulation.found()), ("model", model.found())];
    let Some(bug) = bug else {
        let false_alarm = found.iter().any(|(_, found)| *found);
        return false_alarm.then(|| "something is found with no fault in".to_owned());
    };
    let Some(said) = said_of(*bug) else {
        return Some("docs/seeded.md has no row of it".to_owned());
    };
    let missed = found.iter().find(|(name, found)| said.contains(name) && !found);
    match missed {
        Some((name, _)) => Some(format!("docs/seeded.md says the {name} finds it; it does not")),
        None if found.iter().all(|(_, found)| !found) => Some("nobody finds it".to_owned()),
        None => None,
    }
}

/// The last cell of a fault's row: who finds it.
fn said_of(bug: Bug) -> Option<&'static str> {
    let begin = format!("| `{}` |", bug.name());
    let row = PAGE.lines().find(|line| line.starts_with(&begin))?;
    row.trim_end_matches(['|', ' ']).rsplit('|').next()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::hunters::Catch;

    fn hunted(bug: Option<Bug>, simulation: bool, model: bool) -> Hunted {
        let catch = |found| Catch {
            verdict: match found {
                true => Verdict::Found { after: String::new(), what: String::new() },
                false => Verdict::Nothing(1),
            },
            took: Duration::ZERO,
        };
        Hunted { bug, simulation: catch(simulation), model: catch(model) }
    }

    #[test]
    fn every_hunter_that_the_page_names_must_find_a_fault() {
        let by_model = Some(Bug::UnprovedAlone);
        assert_eq!(judge(&hunted(by_model, false, true)), None);
        assert_eq!(judge(&hunted(by_model, true, true)), None);
        assert!(judge(&hunted(by_model, true, false)).is_some());
        assert!(judge(&hunted(Some(Bug::GmacNotCompared), false, false)).is_some());
    }

    #[test]
    fn every_fault_has_a_row_that_names_a_hunter() {
        for bug in Bug::ALL {
            let said = said_of(*bug).unwrap_or_default();
            assert!(said.contains("simulation") || said.contains("model"), "{bug:?}");
        }
    }

    #[test]
    fn a_find_without_a_fault_and_a_panic_fail_the_hunt() {
        assert_eq!(judge(&hunted(None, false, false)), None);
        assert!(judge(&hunted(None, true, false)).is_some());
        assert!(judge(&hunted(None, false, true)).is_some());
        let panicked = Catch { verdict: Verdict::Broken("it panicked"), took: Duration::ZERO };
        let found = hunted(Some(Bug::GmacNotCompared), true, false);
        assert!(judge(&Hunted { model: panicked, ..found }).is_some());
    }
}
