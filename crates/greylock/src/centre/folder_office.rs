//! The centre in a folder, as its operators see it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use api::operate::{Holes, Notice, Outcome, Purchase, Ruling, RulingState};
use api::prepaid::{Funded, NewFunding, NewPrepaid, Prepaid};
use api::register::{Acted, NewAct};
use audit::facts::HostFacts;
use audit::gather;
use client::Wanted;
use crypto::Key;
use host::issue::{CardOrder, PsamOrder, psam_profile};
use host::{
    Account, ActApproval, ActOrder, Answer, Approval, Books as _, CardOpening, Chip, Funding,
    Input, Measure, PrepaidAccount, PrepaidName, Proposal, PurseOpening, Refusal, StationId,
    Subject, SwitchAnswer, SwitchRequest,
};
use serde_json::json;
use server::problem::Refused;
use server::words;
use wire::{Asn, Mac, Stamp, Tid};

use super::folder::{CentreFolder, FolderCentre, inputs_of, look_at_centre};
use super::office::{Office, Standing, SwitchStep, Switched, To};
use crate::commands::profile_of;
use crate::error::{Error, Fault};

/// In place of the key that the personalising machine draws.
const DRAWN_LATER: Key = Key::new([0; 16]);

/// A folder; looking at it leaves it to others, a change takes it.
pub struct FolderOffice {
    path: PathBuf,
    now: Stamp,
    seen: Option<FolderCentre>,
    taken: Option<CentreFolder>,
}

impl FolderOffice {
    /// A centre that is there.
    ///
    /// # Errors
    /// The folder holds none; to change it, also one that is in use or damaged.
    pub fn at(path: &Path, to: To, now: Stamp) -> Result<Self, Error> {
        inputs_of(path)?;
        let taken = match to {
            To::Look => None,
            To::Change => Some(CentreFolder::open(path)?),
        };
        Ok(Self { path: path.to_owned(), now, seen: None, taken })
    }

    fn look(&mut self) -> Result<&FolderCentre, Error> {
        match &self.taken {
            Some(folder) => Ok(folder.centre()),
            None => {
                let seen = match self.seen.take() {
                    Some(seen) => seen,
                    None => look_at_centre(&self.path)?,
                };
                Ok(self.seen.insert(seen))
            }
        }
    }

    /// The folder, to change it.
    pub(super) fn folder(&mut self) -> Result<&mut CentreFolder, Error> {
        self.seen = None;
        let folder = match self.taken.take() {
            Some(folder) => folder,
            None => CentreFolder::open(&self.path)?,
        };
        Ok(self.taken.insert(folder))
    }

    fn apply(&mut self, input: &Input) -> Result<Answer, Error> {
        self.folder()?.apply(input)?.map_err(refused)
    }

    fn acted(&mut self, input: &Input) -> Result<Acted, Error> {
        match self.apply(input)? {
            Answer::Acted(host::Acted { number, state, repeat }) => {
                Ok(Acted { number, state: state.name().to_owned(), repeat })
            }
            _ => Err(Error::bug("the centre gave another answer than an act")),
        }
    }

    fn rule(&mut self, input: &Input) -> Result<RulingState, Error> {
        match self.apply(input)? {
            Answer::Ruled(row) => Ok(words::ruling(&row)),
            _ => Err(Error::bug("the centre gave another answer than a ruling")),
        }
    }
}

fn name_of(text: &str) -> Result<PrepaidName, Error> {
    text.parse().map_err(|error: host::PrepaidNameError| Error::usage(error.to_string()))
}

/// Far from what accounts hold, a balance stops growing here.
fn units(balance: i128) -> i64 {
    i64::try_from(balance).unwrap_or(i64::MAX)
}

/// What the rules refuse.
pub(super) fn refused(refusal: Refusal) -> Error {
    Error::new(Fault::Centre, refusal.to_string())
        .with_document(json!({ "refusal": refusal.name() }))
}

/// A document of ours that cannot be read.
fn unread(refused: Refused) -> Error {
    Error::usage(refused.0.detail.unwrap_or(refused.0.title))
}

impl Office for FolderOffice {
    fn outcomes(&mut self, wanted: &Wanted) -> Result<Vec<Outcome>, Error> {
        let rows = self.look()?.outcomes();
        let rows = rows.iter().map(words::outcome);
        Ok(rows.filter(|row| wanted.takes(row.asn.as_deref(), &row.tid)).collect())
    }

    fn purchases(&mut self, wanted: &Wanted) -> Result<Vec<Purchase>, Error> {
        let centre = self.look()?;
        let station = |tid| centre.books().station_of(tid);
        let rows = centre.purchases().into_iter();
        let rows = rows.map(|row| words::purchase(&row, station(row.terms.id.tid)));
        Ok(rows.filter(|row| wanted.takes(Some(&row.asn), &row.tid)).collect())
    }

    fn notices(&mut self) -> Result<Vec<Notice>, Error> {
        let centre = self.look()?;
        let is_over =
            |notice: &host::Notice| notice.about.lock.is_some_and(|lock| centre.is_over(&lock));
        let notices = centre.notices().into_iter();
        Ok(notices.map(|notice| words::notice(&notice, is_over(&notice))).collect())
    }

    fn proposals(&mut self) -> Result<Vec<RulingState>, Error> {
        let centre = self.look()?;
        let told = centre.notices().into_iter().filter_map(|notice| notice.about.lock);
        let heard = centre.outcomes().into_iter().filter_map(|row| row.lock);
        let locks: BTreeSet<wire::LockId> = told.chain(heard).collect();
        let newest = |lock: &wire::LockId| {
            let rows = centre.books().proposals(lock);
            rows.into_iter().rev().find(|row| row.approved.is_none())
        };
        Ok(locks.iter().filter_map(newest).map(|row| words::ruling(&row)).collect())
    }

    fn propose(&mut self, ruling: &Ruling, maker: &str) -> Result<RulingState, Error> {
        let (lock, asked) = (words::lock_id(&ruling.lock), words::ruling_of(ruling));
        let proposal = Proposal {
            lock: lock.map_err(unread)?,
            ruling: asked.map_err(unread)?,
            maker: maker.to_owned(),
            reason: ruling.reason.clone(),
            now: self.now,
        };
        self.rule(&Input::Propose(proposal))
    }

    fn approve(&mut self, ruling: &Ruling, checker: &str) -> Result<RulingState, Error> {
        let (lock, asked) = (words::lock_id(&ruling.lock), words::ruling_of(ruling));
        let approval = Approval {
            lock: lock.map_err(unread)?,
            ruling: asked.map_err(unread)?,
            checker: checker.to_owned(),
            now: self.now,
        };
        self.rule(&Input::Approve(approval))
    }

    fn holes(&mut self, tid: Option<Tid>) -> Result<Vec<Holes>, Error> {
        let centre = self.look()?;
        let heard: BTreeSet<Tid> = centre.outcomes().iter().map(|row| row.tid).collect();
        let tids = heard.into_iter().filter(|heard| tid.is_none_or(|wanted| wanted == *heard));
        Ok(tids.map(|tid| words::holes(tid, &centre.holes(tid))).collect())
    }

    fn key_versions(&mut self, asn: Asn) -> Result<Vec<u8>, Error> {
        self.look()?.key_versions(asn).map_err(refused)
    }

    fn unblock(&mut self, asn: Asn, version: Option<u8>, challenge: [u8; 4]) -> Result<Mac, Error> {
        let now = self.now;
        match self.apply(&Input::Unblock { asn, version, challenge, now })? {
            Answer::Unblocked(mac) => Ok(mac),
            _ => Err(Error::bug("the centre gave another answer than a code")),
        }
    }

    fn switch(&mut self, step: &SwitchStep) -> Result<Switched, Error> {
        let to = match step.to {
            Some(to) => to,
            None => self.folder()?.keys().version,
        };
        let SwitchStep { asn, tid, init, challenge, .. } = *step;
        let request = SwitchRequest { asn, to, tid, init, challenge, now: self.now };
        match self.apply(&Input::Switch(request))? {
            Answer::Switch(SwitchAnswer::Send(mac)) => Ok(Switched { to, mac: Some(mac) }),
            Answer::Switch(SwitchAnswer::Done) => Ok(Switched { to, mac: None }),
            _ => Err(Error::bug("the centre gave another answer than a step of the switch")),
        }
    }

    fn issue_card(
        &mut self,
        order: &CardOrder,
        begin_with: Option<u8>,
        chip: Chip,
    ) -> Result<card::Profile, Error> {
        let profile = profile_of(self.folder()?.keys(), order, DRAWN_LATER, begin_with)?;
        let openings = profile.opening.map(|opening| {
            let card::Opening { balance, limit, ctc, otc } = opening;
            PurseOpening { balance, limit, ctc, otc }
        });
        let key_version = Some(profile.keys.maintenance.version);
        let (asn, expiry) = (order.asn, Some(order.expiry));
        let card = CardOpening { asn, openings, key_version, expiry };
        self.apply(&Input::RegisterCard { card, chip: Some(chip), now: self.now })?;
        Ok(profile)
    }

    fn issue_psam(
        &mut self,
        order: &PsamOrder,
        station: Option<&str>,
        chip: Chip,
    ) -> Result<psam::Profile, Error> {
        let profile = psam_profile(self.folder()?.keys(), order, DRAWN_LATER)?;
        if let Some(station) = station.map(str::to_owned) {
            let (tid, chip) = (order.tid, Some(chip));
            self.apply(&Input::RegisterPsam { tid, station, expiry: None, chip })?;
        }
        Ok(profile)
    }

    fn issued(&mut self, subject: Subject, chip: Chip) -> Result<(), Error> {
        let known = match subject {
            Subject::Card(_) => true,
            // Its TID belongs to nobody yet.
            Subject::Psam(tid) => self.look()?.books().psam(tid).is_some(),
        };
        if known {
            self.apply(&Input::ConfirmIssue { subject, chip: Some(chip), now: self.now })?;
        }
        Ok(())
    }

    fn standing(&mut self, subject: Subject) -> Result<Standing, Error> {
        let today = self.now.date;
        let centre = self.look()?;
        let state = centre.state_of(subject, today).map_err(refused)?.name().to_owned();
        let life = match subject {
            Subject::Card(asn) => centre.books().card(asn).map(|card| card.life),
            Subject::Psam(tid) => centre.books().psam(tid).map(|psam| psam.life),
        };
        Ok(Standing { state, life: words::life(&life.unwrap_or_default()) })
    }

    fn act(&mut self, subject: Subject, act: &NewAct, maker: &str) -> Result<Acted, Error> {
        let measure = Measure::from_name(&act.measure);
        let measure = measure.ok_or_else(|| Error::bug("there is no such measure"))?;
        let (maker, reason) = (maker.to_owned(), act.reason.clone());
        let order = ActOrder { subject, measure, seen: act.seen, maker, reason, now: self.now };
        self.acted(&Input::Act(order))
    }

    fn approve_act(
        &mut self,
        subject: Subject,
        number: u32,
        checker: &str,
    ) -> Result<Acted, Error> {
        let checker = checker.to_owned();
        self.acted(&Input::ApproveAct(ActApproval { subject, number, checker, now: self.now }))
    }

    fn open_prepaid(&mut self, account: &NewPrepaid) -> Result<bool, Error> {
        let account = PrepaidAccount {
            name: name_of(&account.name)?,
            holder: account.holder.clone(),
            stations: account.stations.iter().map(|name| StationId::from(name.as_str())).collect(),
        };
        match self.apply(&Input::OpenPrepaid(account))? {
            Answer::Registered(registered) => Ok(registered.repeat),
            _ => Err(Error::bug("the centre gave another answer than a registration")),
        }
    }

    fn fund_prepaid(
        &mut self,
        name: &str,
        paid: &NewFunding,
        maker: &str,
    ) -> Result<Funded, Error> {
        let funding = Funding {
            name: name_of(name)?,
            reference: paid.reference.clone(),
            amount: paid.amount,
            maker: maker.to_owned(),
            now: self.now,
        };
        match self.apply(&Input::FundPrepaid(funding))? {
            Answer::Funded(funded) => {
                Ok(Funded { balance: units(funded.balance), repeat: funded.repeat })
            }
            _ => Err(Error::bug("the centre gave another answer than a balance")),
        }
    }

    fn prepaids(&mut self) -> Result<Vec<Prepaid>, Error> {
        let books = self.look()?.books();
        let accounts = books.prepaids().into_iter().filter_map(|name| books.prepaid(name));
        let document = |account: PrepaidAccount| Prepaid {
            name: account.name.to_string(),
            balance: units(books.balance(&Account::Prepaid(account.name))),
            holder: account.holder,
            stations: account.stations.iter().map(ToString::to_string).collect(),
        };
        Ok(accounts.map(document).collect())
    }

    fn facts(&mut self) -> Result<HostFacts, Error> {
        Ok(gather::centre(self.look()?))
    }
}
