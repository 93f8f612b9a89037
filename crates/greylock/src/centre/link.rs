//! The folder's centre as a station's link.

use std::path::Path;

use host::{
    Answer, CardOpening, Input, Output, PrepaidName, PurseOpening, TransferDecision,
    TransferRequest, UnlockAnswer as Decision, UnlockRequest,
};
use station::{Link, LinkDown, OpenTransfer, Taken, TransferAnswer, UnlockAnswer};
use terminal::online::{Asked, Decided};
use terminal::transfer::{TransferAsked, TransferDecided, Way};
use wire::{Asn, ClaimedRecord, LockId, Mac, Report, Stamp, Tid};

use super::CentreFolder;
use crate::error::{Error, Fault};
use crate::output::Context;

/// A station's way to a centre in a folder.
pub struct FolderLink {
    centre: CentreFolder,
    station: String,
    now: Stamp,
    /// The prepaid account that pays the loads and gets the unloads of this link.
    pub account: Option<PrepaidName>,
    /// What the centre had to say against reports.
    pub remarks: Vec<String>,
}

impl FolderLink {
    /// Opens the folder for a station. A centre that another process is using counts as out of reach, which is told: the
    /// station works on, and its journal keeps what it has to say.
    ///
    /// # Errors
    /// A folder without a centre, or books that are damaged.
    pub fn open(
        folder: &Path,
        station: String,
        context: &mut Context<'_>,
    ) -> Result<Option<Self>, Error> {
        let now = context.io.clock.now();
        match CentreFolder::open(folder) {
            Ok(centre) => {
                Ok(Some(Self { centre, station, now, account: None, remarks: Vec::new() }))
            }
            Err(error) if error.fault == Fault::Lost && error.what.contains("in use") => {
                context.warn(&format!("the centre is out of reach: {}", error.what));
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
    /// Cards that get no new lock.
    #[must_use]
    pub fn blacklist(&self) -> Vec<Asn> {
        self.centre.centre().blacklist().into_iter().map(|(asn, _)| asn).collect()
    }

    /// Takes a card into the books that was issued with the centre's keys but not by it. Its
    /// image tells what it began with.
    ///
    /// # Errors
    /// The books cannot be written.
    pub fn adopt(&mut self, view: &card::View) -> Result<(), Error> {
        let opening = |opening: card::Opening| {
            let card::Opening { balance, limit, ctc, otc } = opening;
            PurseOpening { balance, limit, ctc, otc }
        };
        let card = CardOpening {
            asn: view.public.asn(),
            openings: view.opening.map(opening),
            key_version: Some(view.maintenance_key.version),
            expiry: Some(view.public.expiry),
        };
        self.register(card)
    }

    fn register(&mut self, card: CardOpening) -> Result<(), Error> {
        let now = self.now;
        if !knows(&self.centre, card.asn) {
            let taken = self.centre.apply(&Input::RegisterCard { card, chip: None, now })?;
            if let Err(refusal) = taken {
                self.remark(format!("card {}: {refusal}", card.asn));
            }
        }
        Ok(())
    }

    /// Books that cannot be written are out of reach, and it is said why.
    fn apply(&mut self, input: &Input) -> Result<Output, LinkDown> {
        self.centre.apply(input).map_err(|error| {
            self.remark(format!("the centre is out of reach: {}", error.what));
            LinkDown
        })
    }

    /// What is said at every attempt is told once.
    fn remark(&mut self, remark: String) {
        if !self.remarks.contains(&remark) {
            self.remarks.push(remark);
        }
    }

    /// Who speaks for a TID: the station that owns it; a TID that nobody owns is this
    /// station's from now on.
    fn owner(&mut self, tid: Tid) -> Result<String, LinkDown> {
        if let Some(owner) = host::Books::station_of(self.centre.centre().books(), tid) {
            return Ok(owner.0);
        }
        let station = self.station.clone();
        let input = Input::RegisterPsam { tid, station: station.clone(), expiry: None, chip: None };
        self.apply(&input)?.map_err(|_| LinkDown)?;
        Ok(station)
    }

    /// A card that neither the centre issued nor this command holds: its books begin with the
    /// first lock that is heard of, if that verifies.
    fn adopt_from(&mut self, station: &str, report: &Report) -> Result<(), LinkDown> {
        let terms = match report {
            Report::Sale(record, _) | Report::Grey(record) => &record.terms,
            Report::Unproved(terms, ..) => terms,
            Report::NoDispense(_)
            | Report::Void(..)
            | Report::TacSeen(..)
            | Report::Purchase(..)
            | Report::PurchaseUnknown(_) => return Ok(()),
        };
        if knows(&self.centre, terms.id.asn) {
            return Ok(());
        }
        let mut openings = [PurseOpening::default(); 2];
        openings[terms.id.purse.index()] =
            PurseOpening { balance: terms.balance, limit: terms.limit, ctc: terms.id.ctc, otc: 0 };
        let card = CardOpening {
            asn: terms.id.asn,
            openings,
            key_version: Some(terms.key.version),
            expiry: None,
        };
        let mut trial = self.centre.centre().clone();
        let registered = trial.register_card(&card, self.now).is_ok();
        let heard = trial.hear(station, report, self.now);
        if registered && heard.is_ok_and(|heard| heard.outcome.is_some()) {
            self.register(card).map_err(|_| LinkDown)?;
        }
        Ok(())
    }

    /// True when the station may forget the report.
    fn hear(&mut self, report: &Report) -> Result<bool, LinkDown> {
        let station = match report.lock() {
            Some((tid, _)) => self.owner(tid)?,
            None => self.station.clone(),
        };
        self.adopt_from(&station, report)?;
        let now = self.now;
        let input = Input::Hear { station, report: *report, now };
        let answer = match self.apply(&input)? {
            Ok(Answer::Heard(heard)) => Ok(heard),
            Ok(_) => return Err(LinkDown),
            Err(refusal) => Err(refusal),
        };
        match &answer {
            Ok(heard) => self.remark_on(report, heard.outcome.is_none()),
            Err(refusal) => self.remark(refusal.to_string()),
        }
        Ok(host::is_final(&answer))
    }

    fn remark_on(&mut self, report: &Report, kept_aside: bool) {
        if let (true, Some(lock)) = (kept_aside, report.lock_id()) {
            self.remark(format!(
                "the centre keeps the report of lock {lock} aside: it does not verify"
            ));
        }
    }
}

fn knows(folder: &CentreFolder, asn: Asn) -> bool {
    host::Books::card(folder.centre().books(), asn).is_some()
}

impl Link for FolderLink {
    fn report(&mut self, reports: &[Report]) -> Result<Taken, LinkDown> {
        // The card's books begin with the lowest number that is known of it.
        let mut ordered: Vec<&Report> = reports.iter().collect();
        ordered.sort_by_key(|report| report.lock_id().map(|lock| (lock.asn, lock.purse, lock.ctc)));
        let mut all_final = true;
        for report in ordered {
            all_final &= self.hear(report)?;
        }
        Ok(if all_final { Taken::All } else { Taken::Some })
    }

    fn grey_record(&mut self, lock: &LockId) -> Result<Option<ClaimedRecord>, LinkDown> {
        Ok(self.centre.centre().grey_record(lock))
    }

    fn unlock(&mut self, asked: &Asked) -> Result<UnlockAnswer, LinkDown> {
        let Asked { asn, tid, status, init } = *asked;
        let request = UnlockRequest { tid, asn, status, init, now: self.now };
        Ok(match self.apply(&Input::Unlock(request))? {
            Ok(Answer::Unlock(Decision::Decided(decision))) => UnlockAnswer::Decided(Decided {
                amount: decision.amount,
                date: decision.date,
                time: decision.time,
                mac2: decision.mac2,
            }),
            Ok(Answer::Unlock(Decision::Wait(code))) => UnlockAnswer::Wait(format!(
                "{} ({}): {}",
                code.words(),
                code.name(),
                code.what_to_do()
            )),
            Ok(_) => UnlockAnswer::Wait("the centre gave another answer".to_owned()),
            Err(refusal) => UnlockAnswer::Wait(refusal.to_string()),
        })
    }

    fn transfer(&mut self, asked: &TransferAsked) -> Result<TransferAnswer, LinkDown> {
        let TransferAsked { way, asn, tid, purse, amount, init } = *asked;
        let (way, now) = (at_centre(way), self.now);
        let request =
            TransferRequest { way, tid, asn, purse, amount, init, account: self.account, now };
        Ok(match self.apply(&Input::Transfer(request))? {
            Ok(Answer::Transfer(TransferDecision { date, time, mac2 })) => {
                TransferAnswer::Decided(TransferDecided { date, time, mac2 })
            }
            Ok(_) => TransferAnswer::Refused("the centre gave another answer".to_owned()),
            Err(refusal) => TransferAnswer::Refused(refusal.to_string()),
        })
    }

    fn open_transfers(&mut self, asn: Asn) -> Result<Vec<OpenTransfer>, LinkDown> {
        Ok(self.centre.centre().open_transfers(asn).into_iter().map(at_station).collect())
    }

    fn prove_transfer(&mut self, asn: Asn, open: OpenTransfer, tac: Mac) -> Result<bool, LinkDown> {
        let OpenTransfer { way, purse, otc } = open;
        let (way, now) = (at_centre(way), self.now);
        let answer = self.apply(&Input::ConfirmTransfer { way, asn, purse, otc, tac, now })?;
        if let Err(refusal) = &answer {
            self.remark(refusal.to_string());
        }
        Ok(answer.is_ok())
    }
}

const fn at_centre(way: Way) -> host::Way {
    match way {
        Way::Load => host::Way::Load,
        Way::Unload => host::Way::Unload,
    }
}

const fn at_station(open: host::OpenTransfer) -> OpenTransfer {
    let host::OpenTransfer { way, purse, otc } = open;
    let way = match way {
        host::Way::Load => Way::Load,
        host::Way::Unload => Way::Unload,
    };
    OpenTransfer { way, purse, otc }
}
