//! What the line is made of.

use std::path::PathBuf;
use std::sync::Arc;

use client::{Address, Caller, Client, ClientError, Limits, Switch};
use forecourt::Feed;
use logbook::Logbook;
use pki::{Identity, Trust};
use wire::Tid;

use crate::pace::Pace;

/// As whom another end is asked.
#[derive(Clone, Debug)]
pub enum Who {
    /// With this station's certificate; the other end must have one of the same authority, for the name in the URL.
    Certificate {
        /// The authority, less what it took back.
        trust: Arc<Trust>,
        /// This station.
        identity: Arc<Identity>,
    },
    /// In development, on this machine, by this station's name.
    Name(String),
}

/// How another end is reached.
#[derive(Clone, Debug)]
pub struct Way {
    /// Where it is.
    pub address: Address,
    /// As whom it is asked.
    pub who: Who,
    /// What cuts the wire, for whoever plays with it.
    pub switch: Switch,
}

impl Way {
    /// A client; nothing is sent yet.
    pub(crate) fn client(&self, limits: Limits, stops: &[&Switch]) -> Result<Client, ClientError> {
        let caller = match &self.who {
            Who::Name(name) => Caller::Station(name.clone()),
            Who::Certificate { trust, identity } => Caller::Certificate {
                trust: Box::new(Trust::clone(trust)),
                identity: Box::new(Identity::clone(identity)),
            },
        };
        let switches: Vec<Switch> =
            [&self.switch].into_iter().chain(stops.iter().copied()).cloned().collect();
        Client::switched(self.address.clone(), caller, limits, &switches)
    }
}

/// A station nearby.
#[derive(Clone, Debug)]
pub struct NeighbourSetup {
    /// Its name, as its certificate has it.
    pub name: String,
    /// How it is reached.
    pub way: Way,
    /// Its PSAMs: of others it may give no record.
    pub tids: Vec<Tid>,
}

/// The whole line.
pub struct Setup {
    /// The centre; a station can be without one.
    pub centre: Option<Way>,
    /// Stations nearby.
    pub neighbours: Vec<NeighbourSetup>,
    /// Whose stations' papers are believed; none without it.
    pub trust: Option<Arc<Trust>>,
    /// The prepaid account that pays the loads of this station.
    pub account: Option<String>,
    /// A folder of its own: the lists are kept there.
    pub folder: PathBuf,
    /// What is reported.
    pub logbook: Logbook,
    /// Where it tells what happens.
    pub feed: Arc<Feed>,
    /// Times.
    pub pace: Pace,
    /// Spreads the tries of several stations: a random number.
    pub seed: u64,
}

/// Why there is no line.
#[derive(Debug, thiserror::Error)]
pub enum UplinkError {
    /// Certificate and URL do not go together.
    #[error("{name} cannot be asked: {error}")]
    Way {
        /// Who.
        name: String,
        /// Why.
        error: ClientError,
    },
    /// The folder cannot be used, or no thread can be had.
    #[error("the folder of the lists, or a thread: {0}")]
    Io(#[from] std::io::Error),
}
