//! Running the checker.

use std::fmt;
use std::time::Duration;

use stateright::{Checker as _, Model as _, Path, Property};

use crate::bounds::Bounds;
use crate::deed::Deed;
use crate::mishap::Script;
use crate::rules;
use crate::world::World;

/// A deed, what goes wrong in it, and where it leads.
#[derive(Clone, Debug)]
pub struct Step {
    deed: Deed,
    script: Script,
    after: World,
}

impl PartialEq for Step {
    fn eq(&self, other: &Self) -> bool {
        (&self.deed, &self.script) == (&other.deed, &other.script)
    }
}

/// The model with its bounds.
#[derive(Clone, Debug)]
pub struct Model {
    /// How much may happen.
    pub bounds: Bounds,
}

impl stateright::Model for Model {
    type State = World;
    type Action = Step;

    fn init_states(&self) -> Vec<World> {
        vec![World::new(&self.bounds)]
    }

    fn actions(&self, world: &World, steps: &mut Vec<Step>) {
        for deed in Deed::all(world) {
            let outcomes = deed.outcomes(world).into_iter();
            steps.extend(outcomes.map(|(script, after)| {
                let deed = deed.clone();
                Step { deed, script, after }
            }));
        }
    }

    fn next_state(&self, _: &World, step: Step) -> Option<World> {
        Some(step.after)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        rules::properties()
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.deed.fmt(f)?;
        self.script.iter().try_for_each(|mishap| write!(f, "; {mishap}"))
    }
}

/// A rule that does not hold, and the shortest way there.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Violation {
    /// The rule.
    pub rule: &'static str,
    /// The steps, in words.
    pub trace: Vec<String>,
}

/// What a run found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Found {
    /// Different states.
    pub states: usize,
    /// Steps between them that were tried.
    pub transitions: usize,
    /// Rules that do not hold.
    pub violations: Vec<Violation>,
    /// False when the time was up before everything was tried.
    pub whole: bool,
}

/// Tries everything within the bounds, on so many threads; `most` is the longest it may take.
#[must_use]
pub fn check(bounds: Bounds, threads: usize, most: Option<Duration>) -> Found {
    let builder = Model { bounds }.checker().threads(threads);
    let builder = match most {
        Some(most) => builder.timeout(most),
        None => builder,
    };
    let checker = builder.spawn_bfs().join();
    let discoveries = checker.discoveries();
    let violations = discoveries.into_iter();
    let mut violations: Vec<_> =
        violations.map(|(rule, path)| Violation { rule, trace: in_words(path) }).collect();
    violations.sort_by_key(|violation| (violation.trace.len(), violation.rule));
    Found {
        states: checker.unique_state_count(),
        transitions: checker.state_count(),
        violations,
        whole: checker.is_done(),
    }
}

fn in_words(path: Path<World, Step>) -> Vec<String> {
    path.into_actions().iter().map(Step::to_string).collect()
}
