//! The centre of a world: the rules in memory, and where one is wanted another centre that is told the same, whose
//! answers are held against theirs.

use std::ops::Deref;

use host::{
    Answer, Approval, CardOpening, Centre, Confirmed, Funded, Funding, Heard, Input, MainKeys,
    MemoryBooks, OpenTransfer, Output, PrepaidAccount, Proposal, ProposalRow, Refusal, Registered,
    ReplaceOrder, Replaced, TransferConfirmed, TransferDecision, TransferRequest, UnlockAnswer,
    UnlockRequest,
};
use wire::{Asn, Mac, Purse, Report, Stamp, Tid};

use crate::vault::Vault;

/// The rules in memory.
pub type Rules = Centre<MemoryBooks, Vault>;

/// Another centre, which is told all that the rules are told, in their order.
pub trait Beside {
    /// Does one call that the rules have done.
    ///
    /// # Errors
    /// Its answer is another one than the rules'; in words.
    fn tell(&mut self, rules: &Rules, input: &Input, output: &Output) -> Result<(), String>;

    /// Looks at all its books.
    ///
    /// # Errors
    /// They are others than the rules'; in words.
    fn weigh(&mut self, rules: &Rules) -> Result<(), String>;
}

/// Makes the other centre of a world with these keys.
pub type Makes<'a> = &'a mut dyn FnMut(&MainKeys) -> Result<Box<dyn Beside>, String>;

/// The centre of this world. Looking goes to the rules, by `Deref`; what changes the books is told to both.
pub struct WorldCentre {
    rules: Rules,
    beside: Option<Box<dyn Beside>>,
    differs: Option<String>,
}

impl Deref for WorldCentre {
    type Target = Rules;

    fn deref(&self) -> &Rules {
        &self.rules
    }
}

impl Clone for WorldCentre {
    /// The rules alone: nobody is beside a copy.
    fn clone(&self) -> Self {
        Self::new(self.rules.clone())
    }
}

impl WorldCentre {
    /// The rules, with nobody beside them.
    #[must_use]
    pub const fn new(rules: Rules) -> Self {
        Self { rules, beside: None, differs: None }
    }

    /// From now on another centre is told the same. Nothing was told yet.
    pub fn attach(&mut self, beside: Box<dyn Beside>) {
        self.beside = Some(beside);
    }

    /// The rules start again from their disk; whoever is beside them was told the same up to here.
    pub fn put_back(&mut self, again: Self) {
        self.rules = again.rules;
    }

    /// Does one call.
    pub fn apply(&mut self, input: &Input) -> Output {
        let output = self.rules.apply(input);
        if let Some(beside) = &mut self.beside
            && self.differs.is_none()
        {
            self.differs = beside.tell(&self.rules, input, &output).err();
        }
        output
    }

    /// Where the other centre differs: in its first answer that does, or in its books.
    pub fn difference(&mut self) -> Option<String> {
        let beside = self.beside.as_mut()?;
        self.differs.clone().or_else(|| beside.weigh(&self.rules).err())
    }
}

/// The answer of a call; another kind is never given.
macro_rules! answer_of {
    ($output:expr, $kind:path) => {
        match $output {
            Ok($kind(answer)) => Ok(answer),
            Ok(_) => Err(Refusal::LedgerOverflow),
            Err(refusal) => Err(refusal),
        }
    };
}

/// The calls of [`Centre`] that this world makes, under their own names.
impl WorldCentre {
    pub(crate) fn register_card(
        &mut self,
        card: &CardOpening,
        now: Stamp,
    ) -> Result<Registered, Refusal> {
        let input = Input::RegisterCard { card: *card, chip: None, now };
        answer_of!(self.apply(&input), Answer::Registered)
    }

    pub(crate) fn register_psam(&mut self, tid: Tid, station: &str) -> Result<Registered, Refusal> {
        let station = station.to_owned();
        let input = Input::RegisterPsam { tid, station, expiry: None, chip: None };
        answer_of!(self.apply(&input), Answer::Registered)
    }

    pub(crate) fn hear(
        &mut self,
        station: &str,
        report: &Report,
        now: Stamp,
    ) -> Result<Heard, Refusal> {
        let input = Input::Hear { station: station.to_owned(), report: *report, now };
        answer_of!(self.apply(&input), Answer::Heard)
    }

    pub(crate) fn unlock(&mut self, request: &UnlockRequest) -> Result<UnlockAnswer, Refusal> {
        answer_of!(self.apply(&Input::Unlock(*request)), Answer::Unlock)
    }

    pub(crate) fn confirm(
        &mut self,
        asn: Asn,
        purse: Option<Purse>,
        otc: u16,
        mac3: Mac,
        now: Stamp,
    ) -> Result<Confirmed, Refusal> {
        let input = Input::Confirm { asn, purse, otc, mac3, now };
        answer_of!(self.apply(&input), Answer::Confirmed)
    }

    pub(crate) fn decide_transfer(
        &mut self,
        request: &TransferRequest,
    ) -> Result<TransferDecision, Refusal> {
        answer_of!(self.apply(&Input::Transfer(*request)), Answer::Transfer)
    }

    pub(crate) fn confirm_transfer(
        &mut self,
        asn: Asn,
        open: OpenTransfer,
        tac: Mac,
        now: Stamp,
    ) -> Result<TransferConfirmed, Refusal> {
        let OpenTransfer { way, purse, otc } = open;
        let input = Input::ConfirmTransfer { way, asn, purse, otc, tac, now };
        answer_of!(self.apply(&input), Answer::TransferConfirmed)
    }

    pub(crate) fn propose(&mut self, proposal: &Proposal) -> Result<ProposalRow, Refusal> {
        answer_of!(self.apply(&Input::Propose(proposal.clone())), Answer::Ruled)
    }

    pub(crate) fn approve(&mut self, approval: &Approval) -> Result<ProposalRow, Refusal> {
        answer_of!(self.apply(&Input::Approve(approval.clone())), Answer::Ruled)
    }

    pub(crate) fn unblock(
        &mut self,
        asn: Asn,
        version: Option<u8>,
        challenge: [u8; 4],
        now: Stamp,
    ) -> Result<Mac, Refusal> {
        let input = Input::Unblock { asn, version, challenge, now };
        answer_of!(self.apply(&input), Answer::Unblocked)
    }

    pub(crate) fn open_prepaid(&mut self, account: &PrepaidAccount) -> Result<Registered, Refusal> {
        answer_of!(self.apply(&Input::OpenPrepaid(account.clone())), Answer::Registered)
    }

    pub(crate) fn fund_prepaid(&mut self, funding: &Funding) -> Result<Funded, Refusal> {
        answer_of!(self.apply(&Input::FundPrepaid(funding.clone())), Answer::Funded)
    }

    pub(crate) fn replace(&mut self, order: &ReplaceOrder) -> Result<Replaced, Refusal> {
        answer_of!(self.apply(&Input::Replace(order.clone())), Answer::Replaced)
    }
}
