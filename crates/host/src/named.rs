//! What a call is called, and what it is about: for logs, figures and the operator log.

use wire::{GreyStatus, Report, Tid, Ttc};

use crate::acts::Subject;
use crate::input::Input;

impl Input {
    /// The call's name, as its document has it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::RegisterCard { .. } => "register_card",
            Self::RegisterPsam { .. } => "register_psam",
            Self::Hear { .. } => "hear",
            Self::Unlock(_) => "unlock",
            Self::Confirm { .. } => "confirm",
            Self::Transfer(_) => "transfer",
            Self::ConfirmTransfer { .. } => "confirm_transfer",
            Self::Propose(_) => "propose",
            Self::Approve(_) => "approve",
            Self::Unblock { .. } => "unblock",
            Self::Switch(_) => "switch",
            Self::Replace(_) => "replace",
            Self::Change { .. } => "change",
            Self::ConfirmIssue { .. } => "confirm_issue",
            Self::Act(_) => "act",
            Self::ApproveAct(_) => "approve_act",
            Self::OpenPrepaid(_) => "open_prepaid",
            Self::FundPrepaid(_) => "fund_prepaid",
        }
    }

    /// The lock or purchase that the call is about, by (TID, TTC), where it names one.
    #[must_use]
    pub fn number(&self) -> Option<(Tid, Ttc)> {
        match self {
            Self::Hear { report: Report::TacSeen(_, status), .. } => shown(status),
            Self::Hear { report, .. } => report.lock(),
            Self::Unlock(request) => shown(&request.status),
            Self::Propose(proposal) => Some((proposal.lock.tid, proposal.lock.ttc)),
            Self::Approve(approval) => Some((approval.lock.tid, approval.lock.ttc)),
            _ => None,
        }
    }

    /// What the call is about, in one word: a lock as `TID-TTC`, a card by its ASN, a PSAM by its TID.
    #[must_use]
    pub fn about(&self) -> String {
        if let Some(number) = self.number() {
            return lock_name(number);
        }
        match self {
            Self::RegisterCard { card, .. } => card.asn.to_string(),
            Self::RegisterPsam { tid, .. } => tid.to_string(),
            Self::Hear { report: Report::TacSeen(asn, _), .. }
            | Self::Confirm { asn, .. }
            | Self::ConfirmTransfer { asn, .. }
            | Self::Unblock { asn, .. }
            | Self::Change { asn, .. } => asn.to_string(),
            Self::Unlock(request) => request.asn.to_string(),
            Self::Transfer(request) => request.asn.to_string(),
            Self::Switch(request) => request.asn.to_string(),
            Self::Replace(order) => order.asn.to_string(),
            Self::ConfirmIssue { subject, .. } => subject_name(*subject),
            Self::Act(order) => subject_name(order.subject),
            Self::ApproveAct(approval) => subject_name(approval.subject),
            Self::OpenPrepaid(account) => account.name.to_string(),
            Self::FundPrepaid(funding) => funding.name.to_string(),
            Self::Hear { .. } | Self::Propose(_) | Self::Approve(_) => String::new(),
        }
    }
}

fn subject_name(subject: Subject) -> String {
    match subject {
        Subject::Card(asn) => asn.to_string(),
        Subject::Psam(tid) => tid.to_string(),
    }
}

fn shown(status: &GreyStatus) -> Option<(Tid, Ttc)> {
    status.more.map(|more| (status.tid, more.ttc))
}

/// The id by which a lock is followed through the logs of station and centre: `TID-TTC`, which both of them know.
#[must_use]
pub fn lock_name((tid, ttc): (Tid, Ttc)) -> String {
    format!("{tid}-{}", ttc.0)
}
