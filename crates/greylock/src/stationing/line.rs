//! The line of a station to its centre, its neighbours and papers, as the configuration names them.

use std::path::Path;
use std::sync::Arc;

use api::site::PaperTaken;
use client::{Address, Switch};
use forecourt::Feed;
use logbook::Logbook;
use pki::{Identity, Pair, Trust};
use station_server::Papers;
use uplink::{Linked, NeighbourSetup, Pace, Setup, UplinkError, Way, Who};

use super::config::Config;
use crate::error::{Error, Fault};

/// The folder of the lists in a station's data folder.
const LISTS: &str = "lists";

/// Whom the station speaks with, of the files as they are now.
pub(super) struct Others {
    pub(super) identity: Option<Arc<Identity>>,
    trust: Option<Arc<Trust>>,
    centre: Option<Way>,
    neighbours: Vec<NeighbourSetup>,
}

impl Others {
    /// Reads certificates and addresses.
    ///
    /// # Errors
    /// What cannot be read, or a URL that wants a certificate where there is none.
    pub(super) fn read(config: &Config) -> Result<Self, Error> {
        let identity = config.identity.as_deref().map(|stem| Identity::read(&Pair::of(stem)));
        let identity = identity.transpose()?.map(Arc::new);
        let trust = config.authority.as_deref().map(trust).transpose()?.map(Arc::new);
        let way = |name: &str, url: &str| way(config, name, url, identity.as_ref(), trust.as_ref());
        let centre = config.centre.as_deref().map(|url| way("the centre", url)).transpose()?;
        let neighbour = |near: &super::file::Neighbour| {
            let tids = near.tids.iter().filter_map(|tid| tid.parse().ok()).collect();
            Ok(NeighbourSetup { name: near.name.clone(), way: way(&near.name, &near.url)?, tids })
        };
        let neighbours = config.neighbours.iter().map(neighbour).collect::<Result<_, Error>>()?;
        Ok(Self { identity, trust, centre, neighbours })
    }
}

/// The authority, less what it took back.
fn trust(authority: &Path) -> Result<Trust, Error> {
    let revoked = authority.join(pki::REVOKED);
    Ok(Trust::read(&authority.join(pki::CERTIFICATE), Some(&revoked))?)
}

fn way(
    config: &Config,
    name: &str,
    url: &str,
    identity: Option<&Arc<Identity>>,
    trust: Option<&Arc<Trust>>,
) -> Result<Way, Error> {
    let address: Result<Address, client::ClientError> = url.parse();
    let address = address.map_err(|error| Error::usage(format!("{name}: {error}")))?;
    let who = match (address.is_tls(), identity, trust) {
        (true, Some(identity), Some(trust)) => {
            Who::Certificate { trust: Arc::clone(trust), identity: Arc::clone(identity) }
        }
        (true, _, _) => {
            return Err(Error::usage(format!("{name} at {url} asks for a certificate"))
                .advice("give `identity` and `authority`, both made by `greylock pki`"));
        }
        (false, _, _) => Who::Name(config.name.clone()),
    };
    Ok(Way { address, who, switch: Switch::default() })
}

/// Begins to report and to listen.
///
/// # Errors
/// Certificates and URLs that do not go together, or a folder that cannot be used.
pub(super) fn begin(
    config: &Config,
    others: &Others,
    logbook: Logbook,
    feed: Arc<Feed>,
    seed: u64,
) -> Result<Arc<Linked>, Error> {
    let setup = Setup {
        centre: others.centre.clone(),
        neighbours: others.neighbours.clone(),
        trust: others.trust.clone(),
        account: config.account.clone(),
        folder: config.data.join(LISTS),
        logbook,
        feed,
        pace: Pace::default(),
        seed,
    };
    Linked::open(setup).map_err(|error| failed(&error))
}

/// Goes on with the certificates as they are now.
///
/// # Errors
/// As of [`Others::read`]; the ones before stay.
pub(crate) fn renew(linked: &Linked, config: &Config) -> Result<(), Error> {
    let others = Others::read(config)?;
    let renewed = linked.renew(others.centre.as_ref(), &others.neighbours, others.trust);
    renewed.map_err(|error| failed(&error))
}

fn failed(error: &UplinkError) -> Error {
    let fault = match error {
        UplinkError::Way { .. } => Fault::Operator,
        UplinkError::Io(_) => Fault::System,
    };
    Error::new(fault, error.to_string()).advice("check the configuration and the data folder")
}

/// Papers go to the line, which checks who signed them.
pub(super) struct Shown(pub(super) Arc<Linked>);

impl Papers for Shown {
    fn show(&self, text: &str) -> Result<PaperTaken, String> {
        self.0.show_paper(text).map_err(|refused| refused.to_string())
    }
}
