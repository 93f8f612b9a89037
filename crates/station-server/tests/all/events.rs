//! What happens, as a listener hears it.

use std::sync::Arc;
use std::time::Duration;

use api::site::Happened;
use axum::body::Body;
use axum::http::Request;
use http_body_util::BodyExt as _;
use station_server::Caller;
use tower::ServiceExt as _;

use crate::rig::Rig;
use crate::support::World;

/// Only a test that fails waits so long.
const LIMIT: Duration = Duration::from_secs(20);

struct Stream {
    body: Body,
    text: String,
}

impl Stream {
    async fn open(rig: &Rig, after: Option<&str>) -> Self {
        let mut request = Request::builder().uri("/v1/events");
        if let Some(after) = after {
            request = request.header("last-event-id", after);
        }
        let mut request = request.body(Body::empty()).unwrap();
        request.extensions_mut().insert(Caller::Operator("ada".to_owned()));
        let answer = rig.router.clone().oneshot(request).await.unwrap();
        assert_eq!(answer.headers()["content-type"], "text/event-stream");
        Self { body: answer.into_body(), text: String::new() }
    }

    /// The next event and its id; nothing when the stream ended.
    async fn next(&mut self) -> Option<(String, Happened)> {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let field = |name: &str| {
                    event.lines().find_map(|line| line.strip_prefix(name)).map(str::to_owned)
                };
                let (id, data) = (field("id: "), field("data: "));
                self.text = rest.to_owned();
                if let Some(data) = data {
                    return Some((id.unwrap(), serde_json::from_str(&data).unwrap()));
                }
                continue;
            }
            let frame = tokio::time::timeout(LIMIT, self.body.frame()).await.unwrap()?;
            let bytes = frame.unwrap().into_data().unwrap();
            self.text.push_str(std::str::from_utf8(&bytes).unwrap());
        }
    }

    /// Goes on to the first event that fits.
    async fn until(&mut self, fits: impl Fn(&Happened) -> bool) -> String {
        loop {
            let (id, happened) = self.next().await.expect("the stream goes on");
            if fits(&happened) {
                return id;
            }
        }
    }
}

fn is_nozzle(wanted: u8) -> impl Fn(&Happened) -> bool {
    move |happened| matches!(happened, Happened::Nozzle { nozzle } if nozzle.number == wanted)
}

fn is_step(wanted: &'static str) -> impl Fn(&Happened) -> bool {
    move |happened| matches!(happened, Happened::Journal { step, .. } if step == wanted)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_begins_with_each_nozzle_and_goes_on_where_it_was() {
    let mut world = World::new();
    let card = world.card(10_000);
    let mut rig = Rig::new(world, 2);
    let mut stream = Stream::open(&rig, None).await;
    let (first, second) = (stream.next().await.unwrap(), stream.next().await.unwrap());
    assert!(is_nozzle(1)(&first.1) && is_nozzle(2)(&second.1), "{first:?} {second:?}");
    rig.bench.refuel(1, &card, 1_000);
    let locked = stream.until(is_step("locked")).await;
    // Whoever heard so much is told the rest, and nothing twice.
    let mut again = Stream::open(&rig, Some(&locked)).await;
    let (id, _) = again.next().await.unwrap();
    let number = |id: &str| id.rsplit_once(':').unwrap().1.parse::<u64>().unwrap();
    assert_eq!(number(&id), number(&locked) + 1);
    again.until(is_step("settled")).await;
    again.until(|happened| matches!(happened, Happened::Ended { .. })).await;
    // Of another run, or of a look that broke off: from the beginning.
    for place in ["other:3", "run:", "run:99999", "x"] {
        let mut anew = Stream::open(&rig, Some(place)).await;
        assert!(is_nozzle(1)(&anew.next().await.unwrap().1), "{place}");
    }
    rig.app.close_streams();
    while stream.next().await.is_some() {}
    rig.bench.station().close();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_outlives_a_power_cut() {
    let mut rig = Rig::new(World::new(), 1);
    let mut stream = Stream::open(&rig, None).await;
    stream.next().await.unwrap();
    rig.app.put(None);
    rig.bench.shut();
    rig.bench.open();
    rig.app.put(Some(Arc::clone(rig.bench.station.as_ref().unwrap())));
    stream.until(is_nozzle(1)).await;
    rig.app.put(None);
    rig.bench.station().close();
}
