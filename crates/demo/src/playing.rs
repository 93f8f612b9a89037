//! Which story runs, or ran last.
//!
//! Plays are numbered: what an earlier one says that was stopped in the middle of an act changes nothing.

use tokio::task::JoinHandle;

use crate::documents::StoryRuns;

/// The story that runs, or ran last.
#[derive(Default)]
pub(crate) struct Playing {
    shown: Option<StoryRuns>,
    /// Of the last play.
    number: u64,
    task: Option<JoinHandle<()>>,
}

impl Playing {
    /// As it stands.
    pub(crate) const fn shown(&self) -> Option<&StoryRuns> {
        self.shown.as_ref()
    }

    /// A story begins; its number, or nothing while one runs.
    pub(crate) fn begin(&mut self, shown: StoryRuns) -> Option<u64> {
        if self.runs() {
            return None;
        }
        self.shown = Some(shown);
        self.number += 1;
        Some(self.number)
    }

    /// What plays the story that began.
    pub(crate) fn put(&mut self, task: JoinHandle<()>) {
        self.task = Some(task);
    }

    /// The play of this number came so far; false when it is not the one that runs.
    pub(crate) fn goes_on(&mut self, number: u64, shown: &StoryRuns) -> bool {
        let is_it = self.runs() && number == self.number;
        if is_it {
            self.shown = Some(shown.clone());
        }
        is_it
    }

    /// Stops the one that runs: how it stands now, if one ran, and what is left of its task.
    pub(crate) fn stop(&mut self) -> (Option<StoryRuns>, Option<JoinHandle<()>>) {
        let task = self.task.take();
        task.iter().for_each(JoinHandle::abort);
        let running = self.shown.as_mut().filter(|shown| shown.state == "runs");
        let stopped = running.map(|shown| {
            "stopped".clone_into(&mut shown.state);
            shown.clone()
        });
        (stopped, task)
    }

    /// None ran since the reset; one that began meanwhile waits for the new world.
    pub(crate) fn forget(&mut self) {
        self.shown.take_if(|shown| shown.state != "runs");
    }

    fn runs(&self) -> bool {
        self.shown.as_ref().is_some_and(|shown| shown.state == "runs")
    }
}

#[cfg(test)]
mod tests {
    use super::Playing;
    use crate::documents::StoryRuns;

    fn story(name: &str, step: u32, state: &str) -> StoryRuns {
        let (name, words, state) = (name.to_owned(), String::new(), state.to_owned());
        StoryRuns { name, step, of: 3, words, state }
    }

    #[test]
    fn a_play_that_was_stopped_says_nothing_more() {
        let mut playing = Playing::default();
        let first = playing.begin(story("escape", 0, "runs")).unwrap();
        assert_eq!(playing.begin(story("refuelling", 0, "runs")), None, "one at a time");
        assert!(playing.goes_on(first, &story("escape", 1, "runs")));
        assert_eq!(playing.stop().0, Some(story("escape", 1, "stopped")));
        // It was in the middle of an act.
        assert!(!playing.goes_on(first, &story("escape", 2, "runs")));
        assert_eq!(playing.shown(), Some(&story("escape", 1, "stopped")));
        assert_eq!(playing.stop().0, None, "it is stopped already");
        let second = playing.begin(story("refuelling", 0, "runs")).unwrap();
        assert!(!playing.goes_on(first, &story("escape", 3, "ended")));
        playing.forget();
        assert!(playing.goes_on(second, &story("refuelling", 3, "ended")));
        playing.forget();
        assert!(!playing.goes_on(second, &story("refuelling", 3, "ended")));
        assert_eq!(playing.shown(), None);
    }
}
