//! What cards, stations and centre tell, passed on to the timeline.

use std::sync::Arc;

use api::site::Happened;
use forecourt::Forecourt;
use wire::Asn;

use crate::documents::TimelineLine;
use crate::house::House;
use crate::office::Office;
use crate::outside::Outside;
use crate::readers::Ear;
use crate::tell;
use crate::timeline::Timeline;
use crate::world::World;

type Weakly = std::sync::Weak<World>;

/// Hears what cards do, for the timeline.
pub(crate) struct Listening {
    /// The world's id.
    pub(crate) world: String,
    pub(crate) timeline: Arc<Timeline>,
    pub(crate) outside: Outside,
}

impl Ear for Listening {
    fn torn(&self, asn: Asn) {
        let words = format!("card {asn} lost its power in the middle of its work");
        let (at, world) = (self.outside.time_of_day(), self.world.clone());
        self.timeline.tell(TimelineLine { at, world, ..tell::line("card", "torn", words) });
    }

    fn worked(&self) {
        self.timeline.world_changed();
        self.timeline.books_changed();
    }
}

/// One run of a station after the other.
pub(crate) async fn station(world: Weakly, house: Arc<House>) {
    let mut running = house.watch();
    loop {
        let station = running.borrow_and_update().clone();
        let ended = match station {
            Some(station) => {
                let feed = run_of(world.clone(), house.plan.name, &station);
                drop(station);
                tokio::select! {
                    () = feed => false,
                    changed = running.changed() => changed.is_err(),
                }
            }
            None => running.changed().await.is_err(),
        };
        if ended {
            return;
        }
    }
}

/// Until it is dropped.
fn run_of(
    world: Weakly,
    name: &'static str,
    station: &Arc<Forecourt>,
) -> impl Future<Output = ()> + Send + use<> {
    let feed = Arc::clone(station.feed());
    async move {
        let (mut last, mut number) = (feed.listen(), 0);
        let mut line = String::new();
        loop {
            // Of what is kept no more, nothing is told.
            let told = feed.after(number).unwrap_or_default();
            number = told.last().map_or_else(|| *last.borrow(), |told| told.number);
            {
                let Some(world) = world.upgrade() else { return };
                for told in &told {
                    let is_news = is_news(&mut line, &told.happened);
                    world.heard(name, &told.happened, is_news);
                }
            }
            if last.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }
}

/// A line that is down is told once, and not at every attempt.
fn is_news(last: &mut String, happened: &Happened) -> bool {
    let Happened::Centre { line, .. } = happened else { return true };
    let is_news = line.state != "down" || *last != line.state;
    line.state.clone_into(last);
    is_news
}

impl World {
    fn heard(&self, station: &str, happened: &Happened, is_news: bool) {
        if let Some(line) = tell::of_station(station, happened).filter(|_| is_news) {
            self.timeline.tell(self.stamped(line));
            self.timeline.books_changed();
        }
        if !matches!(happened, Happened::Apdu { .. } | Happened::Journal { .. }) {
            self.timeline.at(station, happened);
        }
        if !matches!(happened, Happened::Apdu { .. } | Happened::Nozzle { .. }) {
            self.timeline.world_changed();
        }
        self.timeline.beat();
    }
}

pub(crate) async fn centre(world: Weakly, office: Arc<Office>) {
    loop {
        let reading = Arc::clone(&office);
        let news = tokio::task::spawn_blocking(move || reading.news()).await;
        {
            let Some(world) = world.upgrade() else { return };
            if let Ok(Ok(news)) = news {
                let lines = news.postings.iter().map(tell::of_posting);
                for line in lines.chain(news.notices.iter().map(tell::of_notice)) {
                    world.timeline.tell(world.stamped(line));
                }
                world.timeline.books_changed();
                world.timeline.world_changed();
            }
        }
        office.rung().await;
    }
}
