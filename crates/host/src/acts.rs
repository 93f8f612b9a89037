//! What operators do about cards and PSAMs, and how a number is begun on a blank chip (`life` has the table of states).

use serde::{Deserialize, Serialize};
use wire::{Asn, Date, LockId, Stamp, Tid};

use crate::books::{Books, Card, CardOpening, Psam};
use crate::centre::{Centre, Registered};
use crate::codec;
use crate::codes::Codes;
use crate::life::{Act, Alarm, Chip, Life, Measure, State};
use crate::notice::{About, Code};
use crate::operator::{is_person, same_person};
use crate::refusal::Refusal;

/// A card or a PSAM.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// By its ASN.
    Card(#[serde(with = "codec::text")] Asn),
    /// By its TID.
    Psam(#[serde(with = "codec::text")] Tid),
}

/// One operator orders something about a card or PSAM.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ActOrder {
    /// About what.
    pub subject: Subject,
    /// What is to be done.
    pub measure: Measure,
    /// How many acts the operator saw in its history: this one is the next, or none.
    pub seen: u32,
    /// Who orders.
    pub maker: String,
    /// Why.
    pub reason: String,
    /// When.
    #[serde(with = "codec::bytes")]
    pub now: Stamp,
}

/// A second operator approves an act that needs two.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ActApproval {
    /// About what.
    pub subject: Subject,
    /// The act: how many stand before it in the history.
    pub number: u32,
    /// Who approves.
    pub checker: String,
    /// When.
    #[serde(with = "codec::bytes")]
    pub now: Stamp,
}

/// An act was taken into the history.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Acted {
    /// How many acts stand before it.
    pub number: u32,
    /// What the card or PSAM is now.
    pub state: State,
    /// It was ordered, or approved, just so before.
    pub repeat: bool,
}

impl<B: Books, V: Codes> Centre<B, V> {
    /// Takes a card into the books, begun on a blank chip where one is named. The same number on the same chip is a
    /// repeat, since a chip is personalised once; on another chip it would be a clone, unless two persons gave the first
    /// one up.
    pub fn begin_card(
        &mut self,
        opening: &CardOpening,
        chip: Option<Chip>,
        now: Stamp,
    ) -> Result<Registered, Refusal> {
        match self.books.card(opening.asn) {
            Some(card) if card.opening != *opening => Err(Refusal::CardAlreadyRegistered),
            Some(card) if card.replaced.is_some() => Err(Refusal::CardReplaced),
            Some(card) => {
                let (life, registered) = begun_again(&card.life, chip)?;
                if !registered.repeat {
                    self.books.put_card(Card { life, ..card });
                }
                Ok(registered)
            }
            None => self.new_card(opening, chip, now),
        }
    }

    /// Gives a TID to a station for ever, likewise: only it may report outcomes of this TID.
    pub fn begin_psam(
        &mut self,
        tid: Tid,
        station: &str,
        expiry: Option<Date>,
        chip: Option<Chip>,
    ) -> Result<Registered, Refusal> {
        let new = Psam { tid, station: station.into(), expiry, life: Life::begun(chip) };
        match self.books.psam(tid) {
            Some(psam) if (&psam.station, psam.expiry) != (&new.station, expiry) => {
                Err(Refusal::PsamAlreadyRegistered)
            }
            Some(psam) if psam.life.is_retired() => Err(Refusal::PsamReplaced),
            Some(psam) => {
                let (life, registered) = begun_again(&psam.life, chip)?;
                if !registered.repeat {
                    self.books.put_psam(Psam { life, ..psam });
                }
                Ok(registered)
            }
            None => {
                self.books.put_psam(new);
                Ok(Registered { repeat: false })
            }
        }
    }

    /// Issuing was carried out: card or PSAM is out. A chip that was given up and is confirmed all the same lives
    /// beside the one that took its number.
    pub fn confirm_issue(
        &mut self,
        subject: Subject,
        chip: Option<Chip>,
        now: Stamp,
    ) -> Result<Registered, Refusal> {
        let life = self.life(subject)?;
        if let Some(chip) = chip.filter(|chip| life.chip != Some(*chip)) {
            return self.confirmed_otherwise(subject, &life, chip, now);
        }
        if life.is_without_chip() {
            return Err(Refusal::ChipGivenUp);
        }
        let repeat = life.active;
        self.put_life(subject, Life { active: true, ..life });
        Ok(Registered { repeat })
    }

    fn confirmed_otherwise(
        &mut self,
        subject: Subject,
        life: &Life,
        chip: Chip,
        now: Stamp,
    ) -> Result<Registered, Refusal> {
        if !life.gave_up(chip) {
            return Err(Refusal::BegunOnAnotherChip);
        }
        let evidence = format!("chip {chip}");
        let (about, detail) = match subject {
            Subject::Card(asn) => (About::card(asn), evidence.clone()),
            Subject::Psam(tid) => (About::nothing(), format!("PSAM {tid}, {evidence}")),
        };
        self.tell(Code::ChipGivenUpIsOut, about, now, detail);
        self.raise(subject, Code::ChipGivenUpIsOut, evidence);
        Err(Refusal::ChipGivenUp)
    }

    /// Takes an act into the history of a card or PSAM. What needs two persons counts once the second one approved.
    pub fn act(&mut self, order: &ActOrder) -> Result<Acted, Refusal> {
        let ActOrder { subject, measure, seen, maker, reason, now } = order;
        let mut life = self.life(*subject)?;
        let there = usize::try_from(*seen).ok().and_then(|place| life.acts.get(place));
        let same = |act: &Act| (act.measure, &act.maker, &act.reason) == (*measure, maker, reason);
        if there.is_some_and(same) {
            return self.acted(*subject, *seen, *now, true);
        }
        is_person(maker)?;
        if reason.trim().is_empty() {
            return Err(Refusal::ReasonMissing);
        }
        if u32::try_from(life.acts.len()) != Ok(*seen) {
            return Err(Refusal::HistoryMovedOn);
        }
        self.may(*subject, *measure, &life)?;
        let lifts = *measure == Measure::LiftAlarms;
        let gives_up = *measure == Measure::GiveUpChip;
        life.acts.push(Act {
            measure: *measure,
            alarms: if lifts { life.standing_alarms() } else { Default::default() },
            chip: life.chip.filter(|_| gives_up),
            maker: maker.clone(),
            reason: reason.clone(),
            at: *now,
            approved: None,
        });
        self.put_life(*subject, life);
        self.acted(*subject, *seen, *now, false)
    }

    /// The second person's word on an act. It must still make sense by then.
    pub fn approve_act(&mut self, approval: &ActApproval) -> Result<Acted, Refusal> {
        let ActApproval { subject, number, checker, now } = approval;
        let life = self.life(*subject)?;
        let place = usize::try_from(*number).unwrap_or(usize::MAX);
        let act = life.acts.get(place).filter(|act| act.measure.needs_two());
        let mut act = act.ok_or(Refusal::NoActWaits)?.clone();
        match &act.approved {
            Some((person, _)) if person == checker => {
                return self.acted(*subject, *number, *now, true);
            }
            Some(_) => return Err(Refusal::NoActWaits),
            None => {}
        }
        is_person(checker)?;
        if same_person(&act.maker, checker) {
            return Err(Refusal::SamePerson);
        }
        self.may(*subject, act.measure, &life)?;
        let mut life = life;
        if act.measure == Measure::GiveUpChip {
            if act.chip != life.chip {
                return Err(Refusal::HistoryMovedOn);
            }
            life.chip = None;
        }
        act.approved = Some((checker.clone(), *now));
        if let Some(kept) = life.acts.get_mut(place) {
            *kept = act;
        }
        self.put_life(*subject, life);
        self.acted(*subject, *number, *now, false)
    }

    /// Whether the measure would change anything, and may.
    fn may(&self, subject: Subject, measure: Measure, life: &Life) -> Result<(), Refusal> {
        let replaced = match subject {
            Subject::Card(asn) => self.card(asn)?.replaced.is_some(),
            Subject::Psam(_) => life.is_retired(),
        };
        if replaced {
            return Err(replaced_of(subject));
        }
        let changes = match measure {
            Measure::Block => !life.is_blocked(),
            Measure::LiftBlock => life.is_blocked(),
            Measure::ReportLost => !life.is_lost(),
            Measure::ReportFound => life.is_lost(),
            Measure::LiftAlarms => !life.standing_alarms().is_empty(),
            Measure::GiveUpChip if life.active => return Err(Refusal::ChipIsOut),
            Measure::GiveUpChip => life.chip.is_some(),
            Measure::Retire => matches!(subject, Subject::Psam(_)),
        };
        if changes { Ok(()) } else { Err(Refusal::ActChangesNothing) }
    }

    fn acted(
        &self,
        subject: Subject,
        number: u32,
        now: Stamp,
        repeat: bool,
    ) -> Result<Acted, Refusal> {
        let state = self.state_of(subject, now.date)?;
        Ok(Acted { number, state, repeat })
    }

    /// What a card or PSAM is on a day.
    pub fn state_of(&self, subject: Subject, today: Date) -> Result<State, Refusal> {
        Ok(match subject {
            Subject::Card(asn) => self.card(asn)?.state(today),
            Subject::Psam(tid) => self.psam(tid)?.state(today),
        })
    }

    pub(crate) fn psam(&self, tid: Tid) -> Result<Psam, Refusal> {
        self.books.psam(tid).ok_or(Refusal::TidUnknown)
    }

    fn life(&self, subject: Subject) -> Result<Life, Refusal> {
        Ok(match subject {
            Subject::Card(asn) => self.card(asn)?.life,
            Subject::Psam(tid) => self.psam(tid)?.life,
        })
    }

    fn put_life(&mut self, subject: Subject, life: Life) {
        match subject {
            Subject::Card(asn) => {
                if let Some(card) = self.books.card(asn).filter(|card| card.life != life) {
                    self.books.put_card(Card { life, ..card });
                }
            }
            Subject::Psam(tid) => {
                if let Some(psam) = self.books.psam(tid).filter(|psam| psam.life != life) {
                    self.books.put_psam(Psam { life, ..psam });
                }
            }
        }
    }

    /// Raises an alarm. The same evidence raises it once, so what two persons lifted stays lifted.
    pub(crate) fn raise(&mut self, subject: Subject, code: Code, evidence: String) {
        let Ok(mut life) = self.life(subject) else { return };
        if life.alarms.insert(Alarm { code, evidence }) {
            self.put_life(subject, life);
        }
    }

    /// A code of the card was right: it is out.
    pub(crate) fn card_lives(&mut self, asn: Asn) {
        if let Some(card) = self.books.card(asn).filter(|card| !card.life.active) {
            let strayed = card.life.is_without_chip();
            let life = Life { active: true, ..card.life };
            self.books.put_card(Card { life, ..card });
            if strayed {
                self.raise(Subject::Card(asn), Code::ChipGivenUpIsOut, HEARD.to_owned());
            }
        }
    }

    /// A code that the PSAM made was right: it is out.
    pub(crate) fn psam_lives(&mut self, tid: Tid) {
        if let Some(psam) = self.books.psam(tid).filter(|psam| !psam.life.active) {
            let strayed = psam.life.is_without_chip();
            let life = Life { active: true, ..psam.life };
            self.books.put_psam(Psam { life, ..psam });
            if strayed {
                self.raise(Subject::Psam(tid), Code::ChipGivenUpIsOut, HEARD.to_owned());
            }
        }
    }

    /// What a PSAM did while it was barred is heard, and told.
    pub(crate) fn tell_barred(&mut self, lock: LockId, made: Stamp, now: Stamp) {
        let psam = self.books.psam(lock.tid);
        if psam.is_some_and(|psam| psam.life.was_barred_at(made)) {
            let detail = format!("dated {} {}", made.date, made.time);
            self.tell(Code::BarredPsamAtWork, About::lock(lock), now, detail);
        }
    }

    /// Nothing is unlocked, loaded or unloaded through a PSAM that is blocked, lost or replaced. A TID that nobody
    /// registered is no PSAM's.
    pub(crate) fn psam_serves(&self, tid: Tid) -> Result<(), Refusal> {
        let Some(psam) = self.books.psam(tid) else { return Ok(()) };
        match psam.life.barred() {
            _ if psam.life.is_retired() => Err(Refusal::PsamReplaced),
            Some(Code::ReportedLost) => Err(Refusal::PsamLost),
            Some(_) => Err(Refusal::PsamBlocked),
            None => Ok(()),
        }
    }
}

/// The evidence of a chip that was given up and works.
const HEARD: &str = "a code of it was right";

/// A number that was begun before is begun again.
fn begun_again(life: &Life, chip: Option<Chip>) -> Result<(Life, Registered), Refusal> {
    match chip {
        same if same == life.chip && !life.is_without_chip() => {
            Ok((life.clone(), Registered { repeat: true }))
        }
        Some(chip) if life.gave_up(chip) => Err(Refusal::ChipGivenUp),
        // What was given up, or begun on no chip, is out: a second chip of this number would be a clone.
        Some(_) if life.chip.is_none() && (life.active || given_up_is_out(life)) => {
            Err(Refusal::ChipIsOut)
        }
        Some(_) if life.is_without_chip() => {
            Ok((Life { chip, ..life.clone() }, Registered { repeat: false }))
        }
        _ => Err(Refusal::BegunOnAnotherChip),
    }
}

fn given_up_is_out(life: &Life) -> bool {
    life.alarms.iter().any(|alarm| alarm.code == Code::ChipGivenUpIsOut)
}

const fn replaced_of(subject: Subject) -> Refusal {
    match subject {
        Subject::Card(_) => Refusal::CardReplaced,
        Subject::Psam(_) => Refusal::PsamReplaced,
    }
}
