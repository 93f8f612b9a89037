//! Every mutating call as a value: durable before its answer is shown, replayed at start.

use serde::{Deserialize, Serialize};
use wire::{Asn, Date, Mac, Purse, Report, Stamp, Tid};

use crate::acts::{ActApproval, ActOrder, Acted, Subject};
use crate::books::{Books, CardOpening};
use crate::centre::{Centre, Registered};
use crate::codec;
use crate::codes::Codes;
use crate::confirm::Confirmed;
use crate::facts::{ChangeKind, OnlineChange, ProposalRow};
use crate::hear::Heard;
use crate::life::Chip;
use crate::maintenance::{SwitchAnswer, SwitchRequest};
use crate::operator::{Approval, Proposal};
use crate::prepaid::{Funded, Funding, PrepaidAccount};
use crate::refusal::Refusal;
use crate::replace::{ReplaceOrder, Replaced};
use crate::transfer::{OpenTransfer, TransferConfirmed, TransferDecision, TransferRequest, Way};
use crate::unlock::{UnlockAnswer, UnlockRequest};

/// A call that may change the books.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "call")]
pub enum Input {
    /// [`Centre::begin_card`].
    RegisterCard {
        /// The card.
        card: CardOpening,
        /// The blank chip that it is begun on, where one is named.
        #[serde(with = "codec::maybe_text", default, skip_serializing_if = "Option::is_none")]
        chip: Option<Chip>,
        /// When.
        #[serde(with = "codec::bytes")]
        now: Stamp,
    },
    /// [`Centre::begin_psam`].
    RegisterPsam {
        /// The PSAM.
        #[serde(with = "codec::text")]
        tid: Tid,
        /// Its station.
        station: String,
        /// The last day of its use, where it has one.
        #[serde(with = "codec::maybe_bytes", default, skip_serializing_if = "Option::is_none")]
        expiry: Option<Date>,
        /// The blank chip that it is begun on, where one is named.
        #[serde(with = "codec::maybe_text", default, skip_serializing_if = "Option::is_none")]
        chip: Option<Chip>,
    },
    /// [`Centre::confirm_issue`].
    ConfirmIssue {
        /// What was issued.
        subject: Subject,
        /// On which chip, where one is named.
        #[serde(with = "codec::maybe_text", default, skip_serializing_if = "Option::is_none")]
        chip: Option<Chip>,
        /// When.
        #[serde(with = "codec::bytes")]
        now: Stamp,
    },
    /// [`Centre::act`].
    Act(ActOrder),
    /// [`Centre::approve_act`].
    ApproveAct(ActApproval),
    /// [`Centre::open_prepaid`].
    OpenPrepaid(PrepaidAccount),
    /// [`Centre::fund_prepaid`].
    FundPrepaid(Funding),
    /// [`Centre::hear`].
    Hear {
        /// Who reports.
        station: String,
        /// The report's bytes.
        #[serde(with = "codec::bytes")]
        report: Report,
        /// When.
        #[serde(with = "codec::bytes")]
        now: Stamp,
    },
    /// [`Centre::unlock`].
    Unlock(UnlockRequest),
    /// [`Centre::confirm`].
    Confirm {
        /// The card.
        #[serde(with = "codec::text")]
        asn: Asn,
        /// The purse, where it is known.
        #[serde(with = "codec::maybe", default)]
        purse: Option<Purse>,
        /// The OTC that the unlock used.
        otc: u16,
        /// The card's receipt.
        #[serde(with = "codec::text")]
        mac3: Mac,
        /// When.
        #[serde(with = "codec::bytes")]
        now: Stamp,
    },
    /// [`Centre::decide_transfer`].
    Transfer(TransferRequest),
    /// [`Centre::confirm_transfer`].
    ConfirmTransfer {
        /// Which way.
        way: Way,
        /// The card.
        #[serde(with = "codec::text")]
        asn: Asn,
        /// The purse.
        #[serde(with = "codec::number")]
        purse: Purse,
        /// The OTC that it used.
        otc: u16,
        /// The card's receipt.
        #[serde(with = "codec::text")]
        tac: Mac,
        /// When.
        #[serde(with = "codec::bytes")]
        now: Stamp,
    },
    /// [`Centre::propose`].
    Propose(Proposal),
    /// [`Centre::approve`].
    Approve(Approval),
    /// [`Centre::unblock`].
    Unblock {
        /// The card.
        #[serde(with = "codec::text")]
        asn: Asn,
        /// The version of its keys, where it is known better than by the books.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        version: Option<u8>,
        /// What GET CHALLENGE answered.
        challenge: [u8; 4],
        /// When.
        #[serde(with = "codec::bytes")]
        now: Stamp,
    },
    /// [`Centre::switch`].
    Switch(SwitchRequest),
    /// [`Centre::replace`].
    Replace(ReplaceOrder),
    /// [`Centre::change`].
    Change {
        /// The card.
        #[serde(with = "codec::text")]
        asn: Asn,
        /// The purse.
        #[serde(with = "codec::number")]
        purse: Purse,
        /// The OTC that it used.
        otc: u16,
        /// How the balance changed.
        by: i64,
        /// Whether money came or went with it.
        #[serde(default, skip_serializing_if = "ChangeKind::is_money")]
        kind: ChangeKind,
        /// When.
        #[serde(with = "codec::bytes")]
        now: Stamp,
    },
}

/// What a call answers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Answer {
    /// A card, a PSAM or a change was taken.
    Registered(Registered),
    /// A report was taken.
    Heard(Heard),
    /// An on-line unlock.
    Unlock(UnlockAnswer),
    /// A MAC3 fitted.
    Confirmed(Confirmed),
    /// A load or unload.
    Transfer(TransferDecision),
    /// A TAC of a load or unload fitted.
    TransferConfirmed(TransferConfirmed),
    /// A ruling was proposed or approved.
    Ruled(ProposalRow),
    /// The code of APPLICATION UNBLOCK.
    Unblocked(Mac),
    /// A step of the switch to other keys.
    Switch(SwitchAnswer),
    /// A card was replaced.
    Replaced(Replaced),
    /// Money was paid into a prepaid account.
    Funded(Funded),
    /// Something was done about a card or PSAM.
    Acted(Acted),
}

/// The answer, or why there is none.
pub type Output = Result<Answer, Refusal>;

impl<B: Books, V: Codes> Centre<B, V> {
    /// Does one call. The same inputs in the same order give the same books and answers.
    pub fn apply(&mut self, input: &Input) -> Output {
        match input {
            Input::RegisterCard { card, chip, now } => {
                self.begin_card(card, *chip, *now).map(Answer::Registered)
            }
            Input::RegisterPsam { tid, station, expiry, chip } => {
                self.begin_psam(*tid, station, *expiry, *chip).map(Answer::Registered)
            }
            Input::ConfirmIssue { subject, chip, now } => {
                self.confirm_issue(*subject, *chip, *now).map(Answer::Registered)
            }
            Input::Act(order) => self.act(order).map(Answer::Acted),
            Input::OpenPrepaid(account) => self.open_prepaid(account).map(Answer::Registered),
            Input::FundPrepaid(funding) => self.fund_prepaid(funding).map(Answer::Funded),
            Input::ApproveAct(approval) => self.approve_act(approval).map(Answer::Acted),
            Input::Hear { station, report, now } => {
                self.hear(station, report, *now).map(Answer::Heard)
            }
            Input::Unlock(request) => self.unlock(request).map(Answer::Unlock),
            Input::Confirm { asn, purse, otc, mac3, now } => {
                self.confirm(*asn, *purse, *otc, *mac3, *now).map(Answer::Confirmed)
            }
            Input::Transfer(request) => self.decide_transfer(request).map(Answer::Transfer),
            Input::ConfirmTransfer { way, asn, purse, otc, tac, now } => {
                let open = OpenTransfer { way: *way, purse: *purse, otc: *otc };
                let confirmed = self.confirm_transfer(*asn, open, *tac, *now);
                confirmed.map(Answer::TransferConfirmed)
            }
            Input::Propose(proposal) => self.propose(proposal).map(Answer::Ruled),
            Input::Approve(approval) => self.approve(approval).map(Answer::Ruled),
            Input::Unblock { asn, version, challenge, now } => {
                self.unblock(*asn, *version, *challenge, *now).map(Answer::Unblocked)
            }
            Input::Switch(request) => self.switch(request).map(Answer::Switch),
            Input::Replace(order) => self.replace(order).map(Answer::Replaced),
            Input::Change { asn, purse, otc, by, kind, now } => {
                let (asn, purse, otc, by, kind) = (*asn, *purse, *otc, *by, *kind);
                let change = OnlineChange { asn, purse, otc, by, kind };
                self.change(change, *now).map(Answer::Registered)
            }
        }
    }
}
