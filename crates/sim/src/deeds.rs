//! What operators, thieves and broken devices do.

use host::{Account, Approval, Class, Proposal, ReplaceOrder, Ruling};
use nvm::memory::Ram;
use station::visit::Freed;
use terminal::{Clock, Transport};
use wire::card_command::DebitForRefuel;
use wire::{Amount, Asn, CardCommand, ClaimedRecord, Date, LockId, Mac, StatusWord, Time};

use crate::forecourt::Flow;
use crate::reader::{CardReader, honest};
use crate::world::{Pocket, World};

/// Sends a command and answers data and status word.
pub fn send(
    reader: &mut CardReader,
    command: &CardCommand<'_>,
) -> Result<(Vec<u8>, StatusWord), String> {
    let answer = reader.transmit(&command.encode()).map_err(|lost| format!("{lost:?}"))?;
    let (data, status) = wire::apdu::split_response(&answer).ok_or("no status word")?;
    Ok((data.to_vec(), status))
}

/// APPLICATION UNBLOCK, with the code that the centre gives over the card's challenge.
pub(crate) fn unblock(
    reader: &mut CardReader,
    ask: impl FnOnce([u8; 4]) -> Result<Mac, String>,
) -> Result<(), String> {
    send(reader, &SELECT)?;
    let (challenge, _) = send(reader, &CardCommand::GetChallenge { len: 4 })?;
    let mac = ask(challenge.try_into().map_err(|_| "no challenge of 4 bytes")?)?;
    let (_, status) = send(reader, &CardCommand::ApplicationUnblock { mac })?;
    if status.is_done() { Ok(()) } else { Err(format!("{status} {}", status.words())) }
}

const SELECT: CardCommand<'static> =
    CardCommand::SelectFile { id: wire::files::APPLICATION_FILE, le: Some(0) };

impl World {
    /// Two operators rule on a lock: one proposes with a reason, the other one approves.
    pub fn rule(&mut self, lock: &LockId, ruling: Ruling, reason: &str) -> Result<(), String> {
        let proposal = Proposal {
            lock: *lock,
            ruling,
            maker: "Mona".to_owned(),
            reason: reason.to_owned(),
            now: self.clock.now(),
        };
        self.centre.propose(&proposal).map_err(|refusal| refusal.to_string())?;
        let approval =
            Approval { lock: *lock, ruling, checker: "Karl".to_owned(), now: self.clock.now() };
        self.centre.approve(&approval).map_err(|refusal| refusal.to_string())?;
        Ok(())
    }

    /// An application-locked card at a terminal: the centre unblocks it over its challenge
    /// (APPLICATION UNBLOCK) and then unlocks it, in one session.
    pub fn unblock_and_unlock(&mut self, site: usize, card: usize) -> Result<Freed, String> {
        let asn = self.cards.get(card).ok_or("no such card")?.asn;
        let mut reader = self.insert(card, honest()).map_err(|failure| failure.to_string())?;
        let freed = self.unblock(&mut reader, asn).and_then(|()| {
            let freed = self.unlock_in(site, &mut reader);
            freed.map_err(|reason| format!("{reason:?}"))?.ok_or_else(|| "not grey".to_owned())
        });
        self.pocket(card, reader);
        freed
    }

    fn unblock(&mut self, reader: &mut CardReader, asn: Asn) -> Result<(), String> {
        let now = self.clock.now();
        unblock(reader, |challenge| {
            self.centre.unblock(asn, None, challenge, now).map_err(|refusal| refusal.to_string())
        })
    }

    /// A device tries debits with false codes on a grey card; answers the last status word.
    pub fn false_debits(
        &mut self,
        card: usize,
        lock: &LockId,
        times: u32,
    ) -> Result<StatusWord, String> {
        let debit = DebitForRefuel {
            purse: lock.purse,
            amount: Amount::ZERO,
            ctc: lock.ctc + 1,
            tid: lock.tid,
            ttc: lock.ttc,
            date: Date::new(2026, 6, 1).unwrap_or_default(),
            time: Time::ZERO,
            gmac: Mac([0; 4]),
        };
        self.debits(card, &debit, times)
    }

    /// Somebody sends the DEBIT of a record again.
    pub fn replay(&mut self, card: usize, record: &ClaimedRecord) -> Result<StatusWord, String> {
        let id = record.terms.id;
        let debit = DebitForRefuel {
            purse: id.purse,
            amount: record.delivery.amount,
            ctc: id.ctc + 1,
            tid: id.tid,
            ttc: id.ttc,
            date: record.delivery.at.date,
            time: record.delivery.at.time,
            gmac: record.claim.gmac,
        };
        self.debits(card, &debit, 1)
    }

    fn debits(
        &mut self,
        card: usize,
        debit: &DebitForRefuel,
        times: u32,
    ) -> Result<StatusWord, String> {
        let outcome = self.tinker(card, |reader| {
            send(reader, &SELECT)?;
            let mut last = StatusWord::DONE;
            for _ in 0..times {
                (_, last) = send(reader, &CardCommand::DebitForRefuel(*debit))?;
            }
            Ok(last)
        });
        outcome.map_err(|failure| failure.to_string())?
    }

    /// A copy of a card, made from its memory at some moment.
    pub fn clone_card(&mut self, card: usize, memory: Ram) -> Result<usize, String> {
        let asn = self.cards.get(card).ok_or("no such card")?.asn;
        self.cards.push(Pocket { asn, memory });
        Ok(self.cards.len() - 1)
    }

    /// The card is lost: two operators replace it. Answers the money on the new card.
    pub fn replace(&mut self, card: usize) -> Result<i64, String> {
        let asn = self.cards.get(card).ok_or("no such card")?.asn;
        let order = ReplaceOrder {
            asn,
            maker: "Mona".to_owned(),
            checker: "Karl".to_owned(),
            reason: "card reported lost".to_owned(),
            now: self.clock.now(),
        };
        let replaced = self.centre.replace(&order).map_err(|refusal| refusal.to_string())?;
        Ok(replaced.money.iter().sum())
    }

    /// Everything that a site ever had to say goes up once more.
    pub fn report_all(&mut self, site: usize) {
        let now = self.clock.now();
        let Some(place) = self.sites.get(site) else { return };
        for ((tid, ttc), progress) in place.journal.locks() {
            if let Some(report) = progress.report(tid, ttc) {
                let _ = self.centre.hear(place.station, &report, now);
            }
        }
    }

    /// Everything that flowed, by the totalizers of all sites.
    #[must_use]
    pub fn delivered(&self) -> i64 {
        let flows = self.sites.iter().flat_map(|site| &site.flows);
        flows.map(|flow| i64::from(flow.amount().units())).sum()
    }

    /// What the totalizers say was delivered under a number of a card.
    #[must_use]
    pub fn delivered_under(&self, lock: &LockId) -> Amount {
        let number = (lock.asn, lock.purse, lock.ctc);
        let flows = self.sites.iter().flat_map(|site| &site.flows);
        let of_number =
            flows.filter(|flow| (flow.lock.asn, flow.lock.purse, flow.lock.ctc) == number);
        of_number.map(Flow::amount).max().unwrap_or_default()
    }

    /// The lock that the notice of a waiting card names for operators: a record may have it under
    /// another TTC than the card shows (protocol §9).
    #[must_use]
    pub fn lock_to_rule(&self, shown: &LockId) -> LockId {
        let detail = format!("shown {shown}");
        let notices = self.centre.notices();
        let waits = notices
            .iter()
            .rev()
            .find(|notice| notice.code.class() == Class::Wait && notice.detail == detail);
        waits.and_then(|notice| notice.about.lock).unwrap_or(*shown)
    }

    /// The site at which something flowed under a lock.
    #[must_use]
    pub fn site_of(&self, lock: &LockId) -> Option<usize> {
        let number = (lock.asn, lock.purse, lock.ctc);
        let is_here = |flow: &Flow| (flow.lock.asn, flow.lock.purse, flow.lock.ctc) == number;
        self.sites.iter().position(|site| site.flows.iter().any(is_here))
    }

    /// What stations claim beyond what they are owed.
    #[must_use]
    pub fn claims_of_stations(&self) -> i64 {
        self.sum_of(|account| matches!(account, Account::StationClaims(_)))
    }

    /// The sum of the accounts that are wanted.
    #[must_use]
    pub fn sum_of(&self, wanted: impl Fn(&Account) -> bool) -> i64 {
        let accounts = self.centre.trial_balance().accounts;
        let sum: i128 =
            accounts.iter().filter(|(account, _)| wanted(account)).map(|(_, v)| v).sum();
        i64::try_from(sum).unwrap_or(i64::MAX)
    }
}
