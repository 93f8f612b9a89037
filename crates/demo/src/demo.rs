//! The demo: one world after the other, and the story that plays in it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Mutex as Turn, OwnedMutexGuard, watch};
use tokio::task::JoinHandle;

use crate::documents::StoryRuns;
use crate::keep::Folder;
use crate::outside::Outside;
use crate::playing::Playing;
use crate::refusal::Refusal;
use crate::stories::{self, Story};
use crate::timeline::Timeline;
use crate::world::World;

/// All of it.
pub struct Demo {
    /// What happens, in all worlds.
    pub timeline: Arc<Timeline>,
    outside: Outside,
    folder: Arc<Folder>,
    world: watch::Sender<Arc<World>>,
    /// Held while a world is replaced; true once the demo ends.
    resetting: Arc<Turn<bool>>,
    story: Mutex<Playing>,
    hints: JoinHandle<()>,
}

impl Demo {
    /// Goes on with the last world of the folder, or builds one there.
    ///
    /// # Errors
    /// Why there is none.
    pub async fn open(folder: Folder, outside: Outside) -> Result<Arc<Self>, String> {
        let timeline = Arc::new(Timeline::default());
        let last = folder.last()?;
        let world = World::open(last, &folder.world(last), &outside, &timeline, 1.0).await?;
        let hints = tokio::spawn(Arc::clone(&timeline).pass_hints());
        let (resetting, story) = (Arc::default(), Mutex::default());
        let (folder, world) = (Arc::new(folder), watch::Sender::new(world));
        Ok(Arc::new(Self { timeline, outside, folder, world, resetting, story, hints }))
    }

    /// The world now.
    #[must_use]
    pub fn world(&self) -> Arc<World> {
        Arc::clone(&self.world.borrow())
    }

    /// The story that runs, or ran last since the reset.
    #[must_use]
    pub fn story(&self) -> Option<StoryRuns> {
        self.playing().shown().cloned()
    }

    /// The world, once none takes its place any more.
    pub(crate) async fn settled(&self) -> Arc<World> {
        let _one = self.resetting.lock().await;
        self.world()
    }

    /// Everything fresh. A story that runs is stopped.
    ///
    /// # Errors
    /// The new world cannot be built: the old one stays.
    pub async fn reset(self: &Arc<Self>) -> Result<(), String> {
        let turn = self.turn().await?;
        // A story that begins from now on waits for the new world.
        self.stop_story().await;
        self.playing().forget();
        self.replace(turn).await.map(|_| ())
    }

    /// Puts a fresh world in place of the one that is there.
    pub(crate) async fn renew(self: &Arc<Self>) -> Result<Arc<World>, String> {
        let turn = self.turn().await?;
        self.replace(turn).await
    }

    async fn turn(&self) -> Result<OwnedMutexGuard<bool>, String> {
        let turn = Arc::clone(&self.resetting).lock_owned().await;
        if *turn { Err("the demo ends".to_owned()) } else { Ok(turn) }
    }

    /// In a task of its own: whoever asked may be stopped meanwhile, or go away, and leaves no half-made world.
    async fn replace(self: &Arc<Self>, turn: OwnedMutexGuard<bool>) -> Result<Arc<World>, String> {
        let demo = Arc::clone(self);
        let replacing = tokio::spawn(async move {
            let _one = turn;
            demo.replace_now().await
        });
        replacing.await.map_err(|error| error.to_string())?
    }

    async fn replace_now(&self) -> Result<Arc<World>, String> {
        let old = self.world();
        let reset = self.folder.fresh(old.reset)?;
        let folder = self.folder.world(reset);
        let (outside, timeline) = (&self.outside, &self.timeline);
        let new = World::open(reset, &folder, outside, timeline, old.speed()).await?;
        self.world.send_replace(Arc::clone(&new));
        old.close().await;
        let kept = Arc::clone(&self.folder);
        // It is out of use: whatever becomes of its files, the new world is there.
        let _removed = tokio::task::spawn_blocking(move || kept.remove_before(reset)).await;
        self.timeline.world_changed();
        self.timeline.books_changed();
        Ok(new)
    }

    /// Begins a story.
    ///
    /// # Errors
    /// There is none of this name, or one runs.
    pub fn play(self: &Arc<Self>, name: &str) -> Result<(), Refusal> {
        let story = stories::named(name).ok_or_else(|| Refusal::NoSuchStory(name.to_owned()))?;
        let first = stories::runs(story, 0, story.what, "runs");
        let mut playing = self.playing();
        let number = playing.begin(first.clone()).ok_or(Refusal::StoryRuns)?;
        self.timeline.story(first);
        let demo = Arc::clone(self);
        playing.put(tokio::spawn(async move { demo.tell(number, story).await }));
        Ok(())
    }

    async fn tell(self: Arc<Self>, number: u64, story: &'static Story) {
        let ended = stories::play(&self, number, story).await;
        let shown = match ended {
            Ok(step) => stories::runs(story, step, story.ends(), "ended"),
            Err((step, why)) => stories::runs(story, step, &why, "failed"),
        };
        self.goes_on(number, shown);
    }

    /// The play of this number came to its next step, or to its end.
    pub(crate) fn goes_on(&self, number: u64, shown: StoryRuns) {
        let mut playing = self.playing();
        if playing.goes_on(number, &shown) {
            // Told in the order in which it is so.
            self.timeline.story(shown);
        }
        drop(playing);
        self.timeline.world_changed();
    }

    /// Stops the story that runs, between two of its acts. When it is ready, nothing of the story runs any more.
    pub async fn stop_story(&self) {
        let task = {
            let mut playing = self.playing();
            let (stopped, task) = playing.stop();
            stopped.into_iter().for_each(|shown| self.timeline.story(shown));
            task
        };
        if let Some(task) = task {
            // It ends as one that was stopped.
            let _ = task.await;
        }
    }

    /// Ends the streams of events, so that the server can stop.
    pub fn close_streams(&self) {
        let world = self.world();
        world.houses.iter().for_each(|house| house.close_streams());
        world.office.close_streams();
    }

    /// Ends in good order.
    pub async fn close(&self) {
        self.stop_story().await;
        let mut turn = self.resetting.lock().await;
        *turn = true;
        self.world().close().await;
        self.hints.abort();
    }

    fn playing(&self) -> MutexGuard<'_, Playing> {
        self.story.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
