//! A running station from afar: its nozzles are looked at, and asked for visits with the card that is in.

use api::lists::GreyRecord;
use api::site::{
    Happened, Nozzle, OpenLock, Outcome, PaperShown, PaperTaken, ParametersStanding, PayAsked,
    ReceiptShown, RefuelAsked, Site, VisitBegun,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::ClientError;
use crate::events::Events;
use crate::http::{Client, encoded, read};
use crate::paging::Pages;

/// The name of the problem that says that a visit has not ended.
const VISIT_RUNS: &str = "visit_runs";

/// A client of one station.
#[derive(Debug)]
pub struct SiteClient(Client);

/// Every method fails as [`ClientError`] says. When a visit was asked for and the connection broke, nobody knows whether
/// it began: [`SiteClient::nozzle`] tells.
#[expect(clippy::missing_errors_doc, reason = "one sentence above for all of them")]
impl SiteClient {
    /// Asks a station through this client.
    #[must_use]
    pub const fn new(client: Client) -> Self {
        Self(client)
    }

    /// Where it asks.
    #[must_use]
    pub const fn client(&self) -> &Client {
        &self.0
    }

    /// The whole station.
    pub fn site(&self) -> Result<Site, ClientError> {
        self.0.get("/v1/site")
    }

    /// One nozzle.
    pub fn nozzle(&self, number: u8) -> Result<Nozzle, ClientError> {
        self.0.get(&at(number, ""))
    }

    /// Asks for a refuelling with the card that is in.
    pub fn refuel(&self, number: u8, asked: &RefuelAsked) -> Result<VisitBegun, ClientError> {
        self.ask(&at(number, "/refuel"), Some(asked))
    }

    /// Asks for the card that is in to be freed.
    pub fn unlock(&self, number: u8) -> Result<VisitBegun, ClientError> {
        self.ask(&at(number, "/unlock"), None::<&()>)
    }

    /// Asks for a load, an unload or a purchase with the card that is in.
    pub fn pay(&self, number: u8, asked: &PayAsked) -> Result<VisitBegun, ClientError> {
        self.ask(&at(number, "/pay"), Some(asked))
    }

    /// Closes the nozzle.
    pub fn stop(&self, number: u8) -> Result<(), ClientError> {
        self.0.post_once(&at(number, "/stop"), None::<&()>).map(drop)
    }

    /// How a visit ended; `None` while it runs.
    pub fn outcome(&self, number: u8, visit: u64) -> Result<Option<Outcome>, ClientError> {
        match self.0.get(&at(number, &format!("/visits/{visit}"))) {
            Err(error) if error.name() == Some(VISIT_RUNS) => Ok(None),
            answer => answer.map(Some),
        }
    }

    /// The receipt of a lock.
    pub fn receipt_of(&self, tid: &str, ttc: u32) -> Result<ReceiptShown, ClientError> {
        self.0.get(&receipt(tid, ttc))
    }

    /// The same as a picture: a PNG.
    pub fn receipt_picture(&self, tid: &str, ttc: u32) -> Result<Vec<u8>, ClientError> {
        self.0.get_as(&receipt(tid, ttc), "image/png")
    }

    /// Shows a grey record on paper.
    pub fn show_paper(&self, paper: &PaperShown) -> Result<PaperTaken, ClientError> {
        self.0.post("/v1/papers", paper)
    }

    /// The station's own record of a lock, by its whole id in hex; `None` when it has none that is claimed and not
    /// settled.
    pub fn own_grey_record(&self, lock: &str) -> Result<Option<GreyRecord>, ClientError> {
        self.0.grey_record(lock)
    }

    /// Locks that are not at their end.
    #[must_use]
    pub fn open_locks(&self) -> Pages<'_, OpenLock> {
        Pages::new(&self.0, "/v1/locks?open=true".to_owned())
    }

    /// A new set of prices and limits: the document of docs/station.md as JSON.
    pub fn set_parameters<P: Serialize>(
        &self,
        parameters: &P,
    ) -> Result<ParametersStanding, ClientError> {
        self.ask("/v1/parameters", Some(parameters))
    }

    /// What happens from now on; behind the event with this cursor, if one is given. When some of it is not kept any
    /// more, the stream begins with each nozzle as it is now.
    pub fn happenings(&self, after: Option<&str>) -> Result<Events<Happened>, ClientError> {
        self.0.events_at("/v1/events", after)
    }

    fn ask<T: DeserializeOwned>(
        &self,
        path: &str,
        asked: Option<&impl Serialize>,
    ) -> Result<T, ClientError> {
        read(&self.0.post_once(path, asked)?)
    }
}

fn at(nozzle: u8, rest: &str) -> String {
    format!("/v1/nozzles/{nozzle}{rest}")
}

fn receipt(tid: &str, ttc: u32) -> String {
    format!("/v1/receipts/{}/{ttc}", encoded(tid))
}
