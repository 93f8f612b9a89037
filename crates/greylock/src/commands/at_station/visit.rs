//! One visit at a station's nozzle, from the card that goes in to the outcome.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use api::site::{Happened, Nozzle, Outcome, Sale, VisitBegun};
use client::{ClientError, SiteClient};
use wire::Amount;

use super::card::Card;
use super::of_station;
use crate::error::{Error, Fault};
use crate::media::{Place, look_at_card};
use crate::output::Context;

/// How often a line of progress is written where it stays.
const A_LINE: Duration = Duration::from_secs(1);
/// How long a card that is in may take to leave: somebody just pulled it.
const LEAVES_WITHIN: Duration = Duration::from_secs(3);
/// How often the stream of events is opened again.
const TRIES: u32 = 3;

/// What the visit waits for.
pub(super) enum Heard {
    /// The station tells.
    Happened(Box<Happened>),
    /// The station tells nothing any more.
    Silent(ClientError),
    /// The card is out of the reader.
    Out(Result<(), Error>),
}

/// Asks for the visit once the card is there.
pub(super) type Ask<'a> = dyn Fn(&SiteClient, u8) -> Result<VisitBegun, ClientError> + 'a;

/// A visit that has not begun.
pub(super) struct Visit<'a> {
    client: Arc<SiteClient>,
    nozzle: u8,
    /// What is put in, and into which socket.
    image: Option<(&'a Place, String)>,
    /// The number of that card: somebody else's may be in the reader first.
    pub(super) asn: Option<String>,
    /// Pulls the card when this much has flowed.
    pub(super) escape_at: Option<Amount>,
}

impl<'a> Visit<'a> {
    /// At this nozzle, or the station's only one.
    ///
    /// # Errors
    /// There is no such nozzle, or its reader takes no image.
    pub(super) fn at(
        client: SiteClient,
        nozzle: Option<u8>,
        image: Option<&'a Place>,
    ) -> Result<Self, Error> {
        let site = client.site().map_err(of_station)?;
        let numbers: Vec<String> =
            site.nozzles.iter().map(|nozzle| nozzle.number.to_string()).collect();
        let chosen = match (nozzle, site.nozzles.as_slice()) {
            (Some(number), nozzles) => nozzles.iter().find(|nozzle| nozzle.number == number),
            (None, [only]) => Some(only),
            (None, _) => None,
        };
        let chosen = chosen.ok_or_else(|| {
            Error::usage(format!("which nozzle of {}?", site.name))
                .advice(format!("give --nozzle, one of {}", numbers.join(", ")))
        })?;
        let image = match image {
            Some(image) => Some((image, socket_of(chosen)?)),
            None => None,
        };
        let (client, nozzle) = (Arc::new(client), chosen.number);
        // What cannot be looked at is refused when it is put in, or by the station.
        let seen = image.as_ref().and_then(|(image, _)| look_at_card(image).ok());
        let asn = seen.map(|view| view.public.asn().to_string());
        Ok(Self { client, nozzle, image, asn, escape_at: None })
    }

    /// Plays it: waits for the card, asks, tells how it goes on stderr, and waits for the end.
    ///
    /// # Errors
    /// The station did not begin it, or nothing more is heard of it.
    pub(super) fn play(self, ask: &Ask<'_>, context: &mut Context<'_>) -> Result<Outcome, Error> {
        if self.escape_at.is_some() && self.image.is_none() {
            return Err(Error::usage("only a card that this command put in can it pull")
                .advice("give --card IMAGE at a nozzle whose reader is a socket"));
        }
        let (told, heard) = channel();
        listen(Arc::clone(&self.client), told.clone())?;
        let live = context.io.settings.colour_err;
        let mut playing =
            Playing { visit: self, told, card: None, begun: None, progress: Progress::new(live) };
        let outcome = playing.until_the_end(&heard, ask, context);
        playing.progress.end(context);
        if let Some(mut card) = playing.card.take() {
            card.pull();
        }
        outcome
    }
}

fn socket_of(nozzle: &Nozzle) -> Result<String, Error> {
    match (nozzle.reader.kind.as_str(), &nozzle.reader.place) {
        ("socket", Some(place)) => Ok(place.clone()),
        (kind, _) => Err(Error::usage(format!(
            "the reader of nozzle {} is of the kind `{kind}`, which takes no image from here",
            nozzle.number
        ))
        .advice("put the card in there, and leave --card away")),
    }
}

/// Tells what happens at the station, until nobody listens any more. The stream begins with each nozzle as it is now.
fn listen(client: Arc<SiteClient>, told: Sender<Heard>) -> Result<(), Error> {
    let listening = std::thread::Builder::new().name("events".to_owned());
    let listening = listening.spawn(move || {
        let (mut cursor, mut left) = (None::<String>, TRIES);
        let last = loop {
            let error = match client.happenings(cursor.as_deref()) {
                Err(error) => error,
                Ok(events) => {
                    let mut broken = None;
                    for event in events {
                        match event {
                            Ok(event) => {
                                (cursor, left) = (Some(event.cursor), TRIES);
                                if told.send(Heard::Happened(Box::new(event.event))).is_err() {
                                    return;
                                }
                            }
                            Err(error) => broken = Some(error),
                        }
                    }
                    broken.unwrap_or_else(ClientError::stream_ended)
                }
            };
            left -= 1;
            if left == 0 {
                break error;
            }
        };
        // Whoever listened may have ended.
        let _ = told.send(Heard::Silent(last));
    });
    listening.map(drop).map_err(|error| {
        Error::new(Fault::System, format!("no thread can be had: {error}")).advice("try again")
    })
}

/// A visit on its way.
struct Playing<'a> {
    visit: Visit<'a>,
    told: Sender<Heard>,
    card: Option<Card>,
    /// The visit's number, once the station has begun it.
    begun: Option<u64>,
    progress: Progress,
}

impl Playing<'_> {
    fn until_the_end(
        &mut self,
        heard: &Receiver<Heard>,
        ask: &Ask<'_>,
        context: &mut Context<'_>,
    ) -> Result<Outcome, Error> {
        let nozzle = self.visit.nozzle;
        let patience = Instant::now() + LEAVES_WITHIN;
        loop {
            let next = match self.waits_for_its_turn() {
                true => heard.recv_timeout(patience.saturating_duration_since(Instant::now())),
                false => heard.recv().map_err(RecvTimeoutError::from),
            };
            let next = match next {
                Ok(next) => next,
                Err(RecvTimeoutError::Timeout) => {
                    let what = format!("nozzle {nozzle} is taken: another card is in");
                    return Err(Error::new(Fault::Terminal, what).advice("wait until it is out"));
                }
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(Error::bug("nobody tells how the visit ends"));
                }
            };
            match next {
                Heard::Happened(happened) => match *happened {
                    Happened::Nozzle { nozzle: now } if now.number == nozzle => {
                        self.nozzle_is(&now, ask, context)?;
                    }
                    Happened::Ended { outcome }
                        if outcome.nozzle == nozzle && Some(outcome.visit) == self.begun =>
                    {
                        return Ok(outcome);
                    }
                    _ => {}
                },
                Heard::Out(Err(error)) => return Err(error),
                Heard::Out(Ok(())) if self.begun.is_none() => {
                    return Err(Error::new(Fault::Lost, "the reader threw the card out")
                        .advice("another card may be in it"));
                }
                Heard::Out(Ok(())) => {}
                Heard::Silent(error) => return self.last_look(error),
            }
        }
    }

    /// The card is not in yet.
    const fn waits_for_its_turn(&self) -> bool {
        self.visit.image.is_some() && self.card.is_none()
    }

    /// The stream is gone; the outcome is kept.
    fn last_look(&self, error: ClientError) -> Result<Outcome, Error> {
        let Some(visit) = self.begun else { return Err(of_station(error)) };
        match self.visit.client.outcome(self.visit.nozzle, visit) {
            Ok(Some(outcome)) => Ok(outcome),
            Ok(None) => Err(of_station(error)),
            Err(error) => Err(of_station(error)),
        }
    }

    fn nozzle_is(
        &mut self,
        now: &Nozzle,
        ask: &Ask<'_>,
        context: &mut Context<'_>,
    ) -> Result<(), Error> {
        if self.begun.is_some() {
            if now.visit == self.begun
                && let Some(sale) = &now.sale
            {
                self.flows(now, sale, context);
            }
            return Ok(());
        }
        match (now.state.as_str(), &self.visit.image, &self.card) {
            ("out_of_order", _, _) => {
                let why = now.message.clone().unwrap_or_default();
                let what = format!("nozzle {} is out of order: {why}", now.number);
                Err(Error::new(Fault::Terminal, what))
            }
            ("free", Some((image, socket)), None) => {
                self.card = Some(Card::put_in(image, socket, self.told.clone())?);
                Ok(())
            }
            ("free", None, _) => Err(Error::new(Fault::Terminal, "no card is in the reader")
                .advice("put one in, or give --card IMAGE at a nozzle whose reader is a socket")),
            // Ours waits behind it, and is seen next or thrown out.
            ("card", Some(_), _) if is_another(now, self.visit.asn.as_deref()) => Ok(()),
            ("card", None, _) | ("card", _, Some(_)) => {
                let begun = ask(&self.visit.client, self.visit.nozzle).map_err(of_station)?;
                self.begun = Some(begun.visit);
                Ok(())
            }
            // Card and PSAM talk, the card is not seen yet, or another one leaves.
            _ => Ok(()),
        }
    }

    fn flows(&mut self, now: &Nozzle, sale: &Sale, context: &mut Context<'_>) {
        if self.visit.escape_at.is_some_and(|at| sale.amount >= at.units())
            && let Some(card) = &mut self.card
        {
            card.pull();
            self.visit.escape_at = None;
        }
        self.progress.tell(now, sale, context);
    }
}

/// Whether another card is in than this one: two were put in at the same moment. The PIN of one must not go to the other.
fn is_another(now: &Nozzle, ours: Option<&str>) -> bool {
    let seen = now.card.as_ref().map(|card| card.asn.as_str());
    matches!((seen, ours), (Some(seen), Some(ours)) if seen != ours)
}

/// What has flowed, on stderr: one line that changes in a terminal, elsewhere a line now and then.
struct Progress {
    live: bool,
    last: Option<Instant>,
    open: bool,
}

impl Progress {
    const fn new(live: bool) -> Self {
        Self { live, last: None, open: false }
    }

    fn tell(&mut self, now: &Nozzle, sale: &Sale, context: &mut Context<'_>) {
        let money = |units: u32| Amount::new(units).unwrap_or_default();
        let text = format!(
            "{}: {}.{:03} {}, {} of at most {}",
            now.state,
            sale.quantity / 1000,
            sale.quantity % 1000,
            now.product.unit,
            money(sale.amount),
            money(sale.ceiling),
        );
        if self.live {
            // Who does not listen misses it.
            let _ = write!(context.io.stderr, "\r\u{1b}[K{text}");
            let _ = context.io.stderr.flush();
            self.open = true;
        } else if self.last.is_none_or(|last| last.elapsed() >= A_LINE) {
            self.last = Some(Instant::now());
            context.note(&text);
        }
    }

    fn end(&mut self, context: &mut Context<'_>) {
        if std::mem::take(&mut self.open) {
            context.note("");
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn nozzle(card: &Value) -> Nozzle {
        let product = json!({ "number": 1, "name": "Diesel", "unit": "L", "unit_price": 171 });
        serde_json::from_value(json!({
            "number": 1, "product": product, "state": "card", "message": null, "tid": null,
            "reader": { "kind": "socket", "place": "127.0.0.1:1" },
            "card": card, "sale": null, "visit": null, "totalizer": null,
        }))
        .unwrap()
    }

    #[test]
    fn the_card_of_somebody_else_is_told_from_ours() {
        let (ours, others) = ("6280100000000017", "6280100000000025");
        let seen =
            |asn: &str| json!({ "asn": asn, "state": "unlocked", "purses": [], "lock": null });
        assert!(is_another(&nozzle(&seen(others)), Some(ours)));
        assert!(!is_another(&nozzle(&seen(ours)), Some(ours)));
        // A card that shows no number, and one that was put in by hand.
        assert!(!is_another(&nozzle(&Value::Null), Some(ours)));
        assert!(!is_another(&nozzle(&seen(others)), None));
    }
}
