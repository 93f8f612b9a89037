//! What operators ask of a centre, whatever `--host` names.

use api::operate::{Holes, Notice, Outcome, Purchase, Ruling, RulingState};
use api::prepaid::{Funded, NewFunding, NewPrepaid, Prepaid};
use api::register::{Acted, Life, NewAct};
use audit::facts::HostFacts;
use client::Wanted;
use host::issue::{CardOrder, PsamOrder};
use host::{Chip, Subject};
use wire::response::InitUpdate;
use wire::{Asn, Mac, Stamp, Tid};

use super::folder_office::FolderOffice;
use super::place::{Place, client_of, named_operator, operator_word};
use super::server_office::ServerOffice;
use crate::cli::OperatorArgs;
use crate::error::Error;

/// A step of a card's way to other keys.
#[derive(Clone, Copy, Debug)]
pub struct SwitchStep {
    /// The card.
    pub asn: Asn,
    /// The version that it is to use; the newest of the centre without it.
    pub to: Option<u8>,
    /// The TID that INITIALIZE FOR UPDATE carried.
    pub tid: Tid,
    /// Its answer.
    pub init: InitUpdate,
    /// What the GET CHALLENGE behind it answered.
    pub challenge: [u8; 4],
}

/// What the centre answers to it.
#[derive(Clone, Copy, Debug)]
pub struct Switched {
    /// The version that the card is to use.
    pub to: u8,
    /// Goes out in SWITCH KEYS; `None` when the card has proved that it uses these keys.
    pub mac: Option<Mac>,
}

/// What a card or a PSAM is.
#[derive(Clone, Debug)]
pub struct Standing {
    /// `made`, `active`, `blocked`, `lost`, `replaced` or `expired`.
    pub state: String,
    /// Alarms, and what operators did.
    pub life: Life,
}

/// The centre as its operators see it. Every call fails with what the centre refuses, or with why it cannot be asked.
#[expect(clippy::missing_errors_doc, reason = "one sentence above for all of them")]
pub trait Office {
    /// The locks of which something was heard; of a card or of a terminal, at least.
    fn outcomes(&mut self, wanted: &Wanted) -> Result<Vec<Outcome>, Error>;
    /// The purchases of which something was heard, likewise.
    fn purchases(&mut self, wanted: &Wanted) -> Result<Vec<Purchase>, Error>;
    /// What waits for a decision or needs attention, oldest first.
    fn notices(&mut self) -> Result<Vec<Notice>, Error>;
    /// Proposals that wait for their checker.
    fn proposals(&mut self) -> Result<Vec<RulingState>, Error>;
    /// Proposes a ruling.
    fn propose(&mut self, ruling: &Ruling, maker: &str) -> Result<RulingState, Error>;
    /// Approves a ruling that another operator proposed.
    fn approve(&mut self, ruling: &Ruling, checker: &str) -> Result<RulingState, Error>;
    /// What is missing of each PSAM of which something was heard, or of one.
    fn holes(&mut self, tid: Option<Tid>) -> Result<Vec<Holes>, Error>;
    /// The versions of which a card uses one, the likelier first.
    fn key_versions(&mut self, asn: Asn) -> Result<Vec<u8>, Error>;
    /// The code of APPLICATION UNBLOCK over a card's challenge.
    fn unblock(&mut self, asn: Asn, version: Option<u8>, challenge: [u8; 4]) -> Result<Mac, Error>;
    /// The next step of a card's way to other keys.
    fn switch(&mut self, step: &SwitchStep) -> Result<Switched, Error>;
    /// Begins a card on a chip, durably, and answers what it is made of. The key behind its random numbers is still to be
    /// drawn. The same card on the same chip is answered again.
    fn issue_card(
        &mut self,
        order: &CardOrder,
        begin_with: Option<u8>,
        chip: Chip,
    ) -> Result<card::Profile, Error>;
    /// The same of a PSAM, for a station; in a folder without one its TID belongs to the station that first speaks for
    /// it.
    fn issue_psam(
        &mut self,
        order: &PsamOrder,
        station: Option<&str>,
        chip: Chip,
    ) -> Result<psam::Profile, Error>;
    /// What was begun was made on this chip, and is out.
    fn issued(&mut self, subject: Subject, chip: Chip) -> Result<(), Error>;
    /// What a card or a PSAM is, and what was done about it.
    fn standing(&mut self, subject: Subject) -> Result<Standing, Error>;
    /// Orders something about a card or a PSAM.
    fn act(&mut self, subject: Subject, act: &NewAct, maker: &str) -> Result<Acted, Error>;
    /// Approves what another operator ordered, by its place in the history.
    fn approve_act(&mut self, subject: Subject, number: u32, checker: &str)
    -> Result<Acted, Error>;
    /// Opens a prepaid account; true when it was open just so.
    fn open_prepaid(&mut self, account: &NewPrepaid) -> Result<bool, Error>;
    /// Enters what was paid in.
    fn fund_prepaid(&mut self, name: &str, paid: &NewFunding, maker: &str)
    -> Result<Funded, Error>;
    /// The prepaid accounts.
    fn prepaids(&mut self) -> Result<Vec<Prepaid>, Error>;
    /// Everything in the books, for an audit.
    fn facts(&mut self) -> Result<HostFacts, Error>;
}

/// What a command opens a centre for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum To {
    /// A folder stays free for others.
    Look,
    /// A folder is this command's from the start.
    Change,
}

/// Opens the centre of a command, at the time that a folder's inputs carry.
///
/// # Errors
/// A `--host` that is wrong, a folder that holds no centre, options that do not say who asks.
pub fn open_office(
    host: &str,
    args: &OperatorArgs,
    to: To,
    now: Stamp,
) -> Result<Box<dyn Office>, Error> {
    Ok(match Place::of(host)? {
        Place::Folder(folder) => Box::new(FolderOffice::at(&folder, to, now)?),
        Place::Server(address) => {
            let word = operator_word(&address, args)?;
            let client = client_of(&address, &args.certificate, word)?;
            let stem = args.certificate.certificate.as_deref().filter(|_| address.is_tls());
            Box::new(ServerOffice::new(client, named_operator(stem)?))
        }
    })
}
