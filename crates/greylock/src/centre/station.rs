//! A station's link to the centre, whatever `--host` names.

use card::View;
use client::{Caller, ServerLink};
use host::PrepaidName;
use station::{Link, LinkDown, NoLink, OpenTransfer, Taken, TransferAnswer, UnlockAnswer};
use terminal::online::Asked;
use terminal::transfer::TransferAsked;
use wire::{Asn, ClaimedRecord, LockId, Mac, Report};

use super::link::FolderLink;
use super::place::{Place, client_of};
use crate::cli::StationArgs;
use crate::error::Error;
use crate::output::Context;

/// The way of a station to its centre.
pub struct StationLink {
    way: Way,
    blacklist: Vec<Asn>,
}

enum Way {
    /// There is none, or it is cut.
    None(NoLink),
    Folder(Box<FolderLink>),
    Server(Box<ServerLink>),
}

/// Opens the link of a command, for a station of this name unless the options name another one. A centre that is out
/// of reach leaves the station to itself: it works on, and its journal keeps what it has to say.
///
/// # Errors
/// A `--host` that is wrong, books that are damaged, a server that does not know this caller.
pub fn open_link(
    host: Option<&str>,
    args: &StationArgs,
    station: String,
    context: &mut Context<'_>,
) -> Result<StationLink, Error> {
    let station = args.station_name.clone().unwrap_or(station);
    let way = match host.map(Place::of).transpose()? {
        None => Way::None(NoLink),
        Some(Place::Folder(folder)) => match FolderLink::open(&folder, station, context)? {
            Some(link) => Way::Folder(Box::new(link)),
            None => Way::None(NoLink),
        },
        Some(Place::Server(address)) => {
            let client = client_of(&address, &args.certificate, Caller::Station(station))?;
            return over(ServerLink::new(client), context);
        }
    };
    let blacklist = match &way {
        Way::Folder(link) => link.blacklist(),
        Way::None(_) | Way::Server(_) => Vec::new(),
    };
    Ok(StationLink { way, blacklist })
}

/// The blacklist shows whether the server is there.
fn over(link: ServerLink, context: &mut Context<'_>) -> Result<StationLink, Error> {
    match link.client().blacklist() {
        Ok(listed) => {
            let blacklist = listed.iter().filter_map(|row| row.asn.parse().ok()).collect();
            Ok(StationLink { way: Way::Server(Box::new(link)), blacklist })
        }
        // A centre that fails is as good as away: the station works on.
        Err(error) if error.is_out_of_reach() || error.kind == client::Kind::Centre => {
            context.warn(&format!("the centre is out of reach: {error}"));
            Ok(StationLink { way: Way::None(NoLink), blacklist: Vec::new() })
        }
        Err(error) => Err(error.into()),
    }
}

impl StationLink {
    /// Whether there is a centre to ask.
    #[must_use]
    pub const fn is_up(&self) -> bool {
        !matches!(self.way, Way::None(_))
    }

    /// Cards that get no new lock.
    #[must_use]
    pub fn blacklist(&self) -> &[Asn] {
        &self.blacklist
    }

    /// Takes a card into the books of a folder that was issued with the centre's keys but not by it. A server refuses
    /// cards that it does not know.
    ///
    /// # Errors
    /// The books cannot be written.
    pub fn adopt(&mut self, view: &View) -> Result<(), Error> {
        match &mut self.way {
            Way::Folder(link) => link.adopt(view),
            Way::None(_) | Way::Server(_) => Ok(()),
        }
    }

    /// Loads and unloads from now on are of this prepaid account.
    pub fn charge(&mut self, account: Option<PrepaidName>) {
        match &mut self.way {
            Way::None(_) => {}
            Way::Folder(link) => link.account = account,
            Way::Server(link) => link.account = account.map(|name| name.to_string()),
        }
    }

    /// What the centre had to say against reports.
    pub fn take_remarks(&mut self) -> Vec<String> {
        match &mut self.way {
            Way::None(_) => Vec::new(),
            Way::Folder(link) => std::mem::take(&mut link.remarks),
            Way::Server(link) => std::mem::take(&mut link.remarks),
        }
    }

    fn way(&mut self) -> &mut dyn Link {
        match &mut self.way {
            Way::None(link) => link,
            Way::Folder(link) => &mut **link,
            Way::Server(link) => &mut **link,
        }
    }
}

impl Link for StationLink {
    fn report(&mut self, reports: &[Report]) -> Result<Taken, LinkDown> {
        self.way().report(reports)
    }

    fn grey_record(&mut self, lock: &LockId) -> Result<Option<ClaimedRecord>, LinkDown> {
        self.way().grey_record(lock)
    }

    fn unlock(&mut self, asked: &Asked) -> Result<UnlockAnswer, LinkDown> {
        self.way().unlock(asked)
    }

    fn transfer(&mut self, asked: &TransferAsked) -> Result<TransferAnswer, LinkDown> {
        self.way().transfer(asked)
    }

    fn open_transfers(&mut self, asn: Asn) -> Result<Vec<OpenTransfer>, LinkDown> {
        self.way().open_transfers(asn)
    }

    fn prove_transfer(&mut self, asn: Asn, open: OpenTransfer, tac: Mac) -> Result<bool, LinkDown> {
        self.way().prove_transfer(asn, open, tac)
    }
}
