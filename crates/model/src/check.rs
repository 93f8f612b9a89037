//! Running the checker.

use std::fmt;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use stateright::{Checker as _, HasDiscoveries, Model as _, Property};

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
    /// The longest shortest way to a state.
    pub depth: usize,
    /// The rule that does not hold: the run ends with the first one.
    pub violation: Option<Violation>,
    /// False when the run was given up before everything was tried.
    pub whole: bool,
}

/// How often progress is told.
const EVERY: Duration = Duration::from_secs(2);

/// Tries everything within the bounds, on so many threads, up to the first rule that does not
/// hold; gives up after `most` states. Tells from time to time how many states there are.
pub fn check(
    bounds: Bounds,
    threads: usize,
    most: Option<usize>,
    mut progress: impl FnMut(usize),
) -> Found {
    let builder = Model { bounds }.checker().finish_when(HasDiscoveries::AnyFailures);
    let builder = builder.threads(threads);
    let builder = match most {
        Some(most) => builder.target_state_count(most),
        None => builder,
    };
    let mut checker = builder.spawn_bfs();
    let handles = checker.handles();
    let (done, is_done) = mpsc::channel();
    let waiter = thread::spawn(move || {
        let joined = handles.into_iter().map(thread::JoinHandle::join).all(|end| end.is_ok());
        let _ = done.send(joined);
    });
    let joined = loop {
        match is_done.recv_timeout(EVERY) {
            Ok(joined) => break joined,
            Err(mpsc::RecvTimeoutError::Timeout) => progress(checker.unique_state_count()),
            Err(mpsc::RecvTimeoutError::Disconnected) => break false,
        }
    };
    let _ = waiter.join();
    let given_up = most.is_some_and(|most| checker.state_count() >= most);
    let violation = checker.discoveries().into_iter().map(|(rule, path)| Violation {
        rule,
        trace: path.into_actions().iter().map(Step::to_string).collect(),
    });
    let violation = violation.min_by_key(|violation| (violation.trace.len(), violation.rule));
    Found {
        states: checker.unique_state_count(),
        transitions: checker.state_count(),
        depth: checker.max_depth(),
        whole: joined && !given_up && violation.is_none(),
        violation,
    }
}

/// The same, and the shortest way to what does not hold: one thread alone goes strictly by depth.
pub fn check_and_explain(bounds: Bounds, threads: usize, progress: impl FnMut(usize)) -> Found {
    let found = check(bounds, threads, None, progress);
    match found.violation {
        Some(_) if threads > 1 => check(bounds, 1, None, |_| {}),
        _ => found,
    }
}
