//! Loads and unloads (protocol §4, §7): the card proves where it stands, the centre decides, and
//! the decision is in the books before MAC2 leaves.
//!
//! One OTC is one change, and several answers may be out for it: which of them the card took is
//! told by its TAC, or by an authentic OTC beyond it when all of them come to the same. None is
//! dead before that. A MAC1 with another ICC proves nothing about the order of the two sessions,
//! so an older one that somebody held back must not free what a newer one put onto the card.

use std::collections::{BTreeMap, BTreeSet};

use crypto::{Direction, Transfer, check};
use serde::{Deserialize, Serialize};
use wire::response::InitLoad;
use wire::{Amount, Asn, Date, Icc, Mac, Purse, Stamp, Tid, Time};

use crate::acts::Subject;
use crate::books::{Books, Card};
use crate::centre::Centre;
use crate::codec;
use crate::codes::{Codes, OnlineSession};
use crate::facts::{ChangeKind, OnlineChange};
use crate::filed::units;
use crate::ledger::Account;
use crate::notice::{About, Code};
use crate::prepaid::PrepaidName;
use crate::refusal::Refusal;

/// Which way the money goes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// Onto the card.
    Load,
    /// Off the card.
    Unload,
}

impl Way {
    const fn direction(self) -> Direction {
        match self {
            Self::Load => Direction::Load,
            Self::Unload => Direction::Unload,
        }
    }

    /// What it adds to the purse.
    fn signed(self, amount: Amount) -> i64 {
        match self {
            Self::Load => units(amount),
            Self::Unload => -units(amount),
        }
    }

    fn after(self, balance: Amount, amount: Amount) -> Option<Amount> {
        match self {
            Self::Load => balance.checked_add(amount),
            Self::Unload => balance.checked_sub(amount),
        }
    }
}

/// What a station sends for a card that wants to be loaded or unloaded.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct TransferRequest {
    /// Which way.
    pub way: Way,
    /// The TID that INITIALIZE carried.
    #[serde(with = "codec::text")]
    pub tid: Tid,
    /// The card.
    #[serde(with = "codec::text")]
    pub asn: Asn,
    /// The purse.
    #[serde(with = "codec::number")]
    pub purse: Purse,
    /// The amount that INITIALIZE carried.
    #[serde(with = "codec::number")]
    pub amount: Amount,
    /// The response of INITIALIZE FOR LOAD or FOR UNLOAD.
    #[serde(with = "codec::bytes")]
    pub init: InitLoad,
    /// The prepaid account that a load is charged to, or an unload credited to; money taken in at no account of ours
    /// without it.
    #[serde(with = "codec::maybe_text", default, skip_serializing_if = "Option::is_none")]
    pub account: Option<PrepaidName>,
    /// The centre's time.
    #[serde(with = "codec::bytes")]
    pub now: Stamp,
}

/// What CREDIT FOR LOAD or DEBIT FOR UNLOAD carries.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TransferDecision {
    /// The decision's date.
    pub date: Date,
    /// The decision's time.
    pub time: Time,
    /// The centre's word.
    pub mac2: Mac,
}

/// A TAC fitted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TransferConfirmed {
    /// What was loaded or unloaded.
    pub amount: Amount,
    /// It was confirmed before.
    pub repeat: bool,
}

/// One answer to a load or an unload: durable before MAC2 leaves.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct TransferRow {
    /// Which way.
    pub way: Way,
    /// The card.
    #[serde(with = "codec::text")]
    pub asn: Asn,
    /// The purse.
    #[serde(with = "codec::number")]
    pub purse: Purse,
    /// How much.
    #[serde(with = "codec::number")]
    pub amount: Amount,
    /// The terminal.
    #[serde(with = "codec::text")]
    pub tid: Tid,
    /// The balance that MAC1 proved.
    #[serde(with = "codec::number")]
    pub balance: Amount,
    /// The OTC that it will use.
    pub otc: u16,
    /// The ICC of the session: the same one gets the same answer.
    #[serde(with = "codec::text")]
    pub icc: Icc,
    /// Version of the key.
    pub version: u8,
    /// Given to this card once only.
    #[serde(with = "codec::bytes")]
    pub date: Date,
    /// With the date.
    #[serde(with = "codec::bytes")]
    pub time: Time,
    /// The centre's word.
    #[serde(with = "codec::text")]
    pub mac2: Mac,
    /// The card's receipt, once it was seen.
    #[serde(with = "codec::maybe_text")]
    pub tac: Option<Mac>,
    /// What of its amount is in flight in the books, out of its account.
    pub held: i64,
    /// The prepaid account that it is charged or credited to, where it is one.
    #[serde(with = "codec::maybe_text", default, skip_serializing_if = "Option::is_none")]
    pub account: Option<PrepaidName>,
    /// Its account was charged with the change that the card took.
    #[serde(default)]
    pub charged: bool,
}

impl TransferRow {
    pub(crate) const fn transfer(&self) -> Transfer {
        let Self { way, purse, amount, tid, .. } = *self;
        Transfer { direction: way.direction(), purse, amount, tid }
    }

    /// Where the money of a load comes from.
    pub(crate) fn payer(&self) -> Account {
        self.account.map_or(Account::Issued, Account::Prepaid)
    }

    pub(crate) fn change(&self) -> OnlineChange {
        let Self { asn, purse, otc, way, amount, .. } = *self;
        OnlineChange { asn, purse, otc, by: way.signed(amount), kind: ChangeKind::Money }
    }
}

/// A load or unload of which nobody knows whether the card took it: any terminal may ask the card
/// for its proof under this number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct OpenTransfer {
    /// Which way.
    pub way: Way,
    /// The purse.
    pub purse: Purse,
    /// The OTC that it uses.
    pub otc: u16,
}

impl<B: Books, V: Codes> Centre<B, V> {
    /// Answers a station whose card wants to be loaded or unloaded. A repeated request gets the
    /// same answer.
    pub fn decide_transfer(
        &mut self,
        request: &TransferRequest,
    ) -> Result<TransferDecision, Refusal> {
        let card = self.card(request.asn)?;
        self.prove_transfer(request)?;
        if let Some(row) = self.answered_transfer(request) {
            if row.account != request.account {
                return Err(Refusal::AccountDiffers);
            }
            return Ok(decision_of(&row));
        }
        if card.replaced.is_some() {
            return Err(Refusal::CardReplaced);
        }
        self.psam_serves(request.tid)?;
        may_be_loaded(&card, request)?;
        self.may_transfer(request)?;
        let at = self.free_second(request.asn, request.now)?;
        let row = self.decided_transfer(request, at)?;
        self.card_lives(request.asn);
        self.books.put_transfer(row);
        self.settle_open(request.asn, request.now)?;
        Ok(decision_of(&row))
    }

    /// MAC1 proves the card, its balance and OTC, and what was asked for.
    fn prove_transfer(&self, request: &TransferRequest) -> Result<(), Refusal> {
        let TransferRequest { asn, init, .. } = request;
        if self.vault.suite(init.key.version) != Some(init.key.algorithm) {
            return Err(Refusal::KeyVersionUnknown);
        }
        let own =
            self.vault.transfer_mac1(&session_of(*asn, init), &transfer_of(request), init.balance);
        let own = own.ok_or(Refusal::KeyVersionUnknown)?;
        check(own, init.mac1).map(drop).ok_or(Refusal::Mac1Wrong)
    }

    /// The answer that this session got already. No card draws an ICC twice.
    fn answered_transfer(&self, request: &TransferRequest) -> Option<TransferRow> {
        let asked = (request.way, request.purse, request.amount, request.tid);
        let session = (request.init.icc, request.init.otc);
        let mut rows = self.books.transfers_of(request.asn).into_iter();
        rows.find(|row| {
            (row.way, row.purse, row.amount, row.tid) == asked && (row.icc, row.otc) == session
        })
    }

    fn may_transfer(&self, request: &TransferRequest) -> Result<(), Refusal> {
        let TransferRequest { asn, purse, amount, init, way, .. } = *request;
        if self.proved_otc(asn, purse) > init.otc {
            return Err(Refusal::OtcUsed);
        }
        way.after(init.balance, amount).ok_or(Refusal::AmountOutOfRange)?;
        // Money that the books do not hold free for the purse is not paid out.
        let float = self.books.balance(&Account::Float(asn, purse));
        let wanted = self.unloads_before(asn, purse, init.otc) + i128::from(units(amount));
        if way == Way::Unload && float < wanted {
            return Err(Refusal::UnloadExceedsBooks);
        }
        match request.account {
            Some(name) => self.may_pay(name, request),
            None => Ok(()),
        }
    }

    /// What unloads under earlier numbers take that the card has not proved: it went on to this number, so of each number
    /// one answer was carried out, and the highest one counts until something proves which.
    fn unloads_before(&self, asn: Asn, purse: Purse, otc: u16) -> i128 {
        let proved: BTreeSet<u16> = self.proved_numbers(asn, purse).collect();
        let mut most: BTreeMap<u16, i128> = BTreeMap::new();
        for row in self.books.transfers_of(asn) {
            let open = row.way == Way::Unload && row.purse == purse && row.otc < otc;
            if open && !proved.contains(&row.otc) {
                let most = most.entry(row.otc).or_default();
                *most = i128::from(units(row.amount)).max(*most);
            }
        }
        most.values().sum()
    }

    /// The account covers what the answer would hold of it beyond what answers under this number hold already.
    fn may_pay(&self, name: PrepaidName, request: &TransferRequest) -> Result<(), Refusal> {
        self.may_charge(name, request.tid)?;
        if request.way == Way::Unload {
            return Ok(());
        }
        let number = (Some(name), request.purse, request.init.otc);
        let rows = self.books.transfers_of(request.asn).into_iter();
        let rows = rows.filter(|row| (row.account, row.purse, row.otc) == number);
        let held: i64 = rows.map(|row| row.held).sum();
        let more = units(request.amount).saturating_sub(held);
        match self.books.balance(&Account::Prepaid(name)) < i128::from(more) {
            true if more > 0 => Err(Refusal::AccountTooLow),
            _ => Ok(()),
        }
    }

    fn decided_transfer(
        &self,
        request: &TransferRequest,
        at: Stamp,
    ) -> Result<TransferRow, Refusal> {
        let TransferRequest { way, tid, asn, purse, amount, init, account, .. } = *request;
        let (date, time) = (at.date, at.time);
        let session = session_of(asn, &init);
        let mac2 = self.vault.transfer_mac2(&session, &transfer_of(request), (date, time));
        let mac2 = mac2.ok_or(Refusal::KeyVersionUnknown)?;
        let InitLoad { balance, otc, icc, key, .. } = init;
        let version = key.version;
        let (tac, held, charged) = (None, 0, false);
        Ok(TransferRow {
            way,
            asn,
            purse,
            amount,
            tid,
            balance,
            otc,
            icc,
            version,
            date,
            time,
            mac2,
            tac,
            held,
            account,
            charged,
        })
    }

    /// Takes the card's TAC, from its answer or from GET TRANSACTION PROVE.
    pub fn confirm_transfer(
        &mut self,
        asn: Asn,
        open: OpenTransfer,
        tac: Mac,
        now: Stamp,
    ) -> Result<TransferConfirmed, Refusal> {
        self.card(asn)?;
        let rows = self.books.transfers_of(asn).into_iter();
        let asked = (open.way, open.purse, open.otc);
        let mut asked = rows.filter(|row| (row.way, row.purse, row.otc) == asked);
        let row = asked.find(|row| self.fits_transfer(row, tac));
        let row = row.ok_or(Refusal::TacFitsNoTransfer)?;
        let repeat = row.tac.is_some();
        self.card_lives(asn);
        self.books.put_transfer(TransferRow { tac: Some(tac), ..row });
        let rows = self.books.transfers_of(asn).into_iter();
        let same = rows.filter(|other| (other.purse, other.otc) == (row.purse, row.otc));
        if same.filter(|other| other.tac.is_some()).count() > 1 {
            let detail = format!("{} OTC {}", row.purse, row.otc);
            self.tell(Code::ClonedOrRolledBackCard, About::card(asn), now, detail);
            let evidence = format!("{} OTC {}", row.purse, row.otc);
            self.raise(Subject::Card(asn), Code::ClonedOrRolledBackCard, evidence);
        }
        self.settle_open(asn, now)?;
        Ok(TransferConfirmed { amount: row.amount, repeat })
    }

    /// `balance after || OTC || amount || tag || TID || date || time` under the TAC key.
    fn fits_transfer(&self, row: &TransferRow, tac: Mac) -> bool {
        let Some(after) = row.way.after(row.balance, row.amount) else { return false };
        let at = (row.date, row.time);
        let own =
            self.vault.transfer_tac(row.version, row.asn, &row.transfer(), (after, row.otc), at);
        own.is_some_and(|own| check(own, tac).is_some())
    }

    /// Loads and unloads of a card that are out: any terminal may ask the card for their proof.
    pub fn open_transfers(&self, asn: Asn) -> Vec<OpenTransfer> {
        let rows = self.books.transfers_of(asn);
        let out = |row: &&TransferRow| self.standing_at(&rows, row.purse, row.otc).is_open();
        let open = rows.iter().filter(out).map(|row| {
            let TransferRow { way, purse, otc, .. } = *row;
            OpenTransfer { way, purse, otc }
        });
        open.collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// Every answer to a load or unload.
    pub fn transfers(&self) -> Vec<TransferRow> {
        let cards = self.books.cards().into_iter();
        cards.flat_map(|asn| self.books.transfers_of(asn)).collect()
    }
}

/// Who holds a card that is blocked or lost gets no money of it. An expired one is not filled any more, and emptied.
fn may_be_loaded(card: &Card, request: &TransferRequest) -> Result<(), Refusal> {
    let expired = card.opening.expiry.is_some_and(|last| last < request.now.date);
    match card.blacklisted() {
        Some(Code::BlockedByOperator) => Err(Refusal::CardBlocked),
        Some(Code::ReportedLost) => Err(Refusal::CardLost),
        Some(_) => Err(Refusal::CardBlacklisted),
        None if expired && request.way == Way::Load => Err(Refusal::CardExpired),
        None => Ok(()),
    }
}

fn session_of(asn: Asn, init: &InitLoad) -> OnlineSession {
    OnlineSession { asn, version: init.key.version, icc: init.icc, otc: init.otc }
}

fn transfer_of(request: &TransferRequest) -> Transfer {
    let TransferRequest { way, purse, amount, tid, .. } = *request;
    Transfer { direction: way.direction(), purse, amount, tid }
}

const fn decision_of(row: &TransferRow) -> TransferDecision {
    TransferDecision { date: row.date, time: row.time, mac2: row.mac2 }
}
