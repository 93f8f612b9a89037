//! What lives in RAM (protocol §5): gone with a reset, a power failure, or a new SELECT.

use crypto::{Direction, Transfer};
use wire::{Amount, Icc, Purse, StatusWord, Tid};

/// What is selected; with the application come the PIN and the session, and they go with it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) enum Ram {
    /// Nothing since power-on.
    #[default]
    Unselected,
    /// The directory, which has no commands of its own.
    Directory,
    /// The purse application.
    Application {
        /// VERIFY succeeded since SELECT, and no PIN was wrong or changed since.
        pin_verified: bool,
        /// EXTERNAL AUTHENTICATE succeeded since SELECT and has not failed since.
        issuer_authenticated: bool,
        /// What the last command left.
        session: Session,
    },
}

/// What one command leaves to the very next one.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) enum Session {
    /// Nothing.
    #[default]
    Idle,
    /// GET CHALLENGE of 4: secure messaging may follow.
    Challenged([u8; 4]),
    /// INITIALIZE FOR REFUEL: LOCK may follow.
    PreRefuel(PreRefuel),
    /// INITIALIZE FOR UNLOCK: DEBIT FOR UNLOCK may follow.
    PreUnlock(PreUnlock),
    /// INITIALIZE FOR LOAD or UNLOAD: CREDIT FOR LOAD or DEBIT FOR UNLOAD may follow.
    PreTransfer(PreTransfer),
    /// INITIALIZE FOR PURCHASE: DEBIT FOR PURCHASE may follow.
    PrePurchase(PrePurchase),
    /// INITIALIZE FOR UPDATE: UPDATE OVERDRAW LIMIT may follow.
    PreUpdate(PreUpdate),
}

/// Pre-refuelling: what LOCK is made from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct PreRefuel {
    pub(crate) purse: Purse,
    pub(crate) key_index: u8,
    pub(crate) tid: Tid,
    pub(crate) icc: Icc,
}

/// Pre-unlock: what DEBIT FOR UNLOCK is made from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct PreUnlock {
    pub(crate) purse: Purse,
    pub(crate) tid: Tid,
    pub(crate) icc: Icc,
}

/// Pre-load and pre-unload: what the completing command is made from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct PreTransfer {
    pub(crate) transfer: Transfer,
    pub(crate) icc: Icc,
}

/// Pre-purchase: what DEBIT FOR PURCHASE is made from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct PrePurchase {
    pub(crate) purse: Purse,
    pub(crate) key_index: u8,
    pub(crate) amount: Amount,
    pub(crate) tid: Tid,
    pub(crate) icc: Icc,
}

/// Pre-update: what UPDATE OVERDRAW LIMIT is made from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct PreUpdate {
    pub(crate) tid: Tid,
    pub(crate) icc: Icc,
}

impl Ram {
    /// A freshly selected application.
    pub(crate) const APPLICATION: Self = Self::Application {
        pin_verified: false,
        issuer_authenticated: false,
        session: Session::Idle,
    };

    /// Takes the session, so that every command leaves it, whatever it answers.
    pub(crate) fn take_session(&mut self) -> Session {
        match self {
            Self::Application { session, .. } => core::mem::take(session),
            Self::Unselected | Self::Directory => Session::Idle,
        }
    }

    /// Leaves a session to the next command.
    pub(crate) const fn enter(&mut self, next: Session) {
        if let Self::Application { session, .. } = self {
            *session = next;
        }
    }

    pub(crate) const fn application_selected(&self) -> bool {
        matches!(self, Self::Application { .. })
    }

    pub(crate) const fn pin_verified(&self) -> bool {
        matches!(self, Self::Application { pin_verified: true, .. })
    }

    pub(crate) const fn issuer_authenticated(&self) -> bool {
        matches!(self, Self::Application { issuer_authenticated: true, .. })
    }

    /// The outcome of EXTERNAL AUTHENTICATE.
    pub(crate) const fn set_issuer_authenticated(&mut self, right: bool) {
        if let Self::Application { issuer_authenticated, .. } = self {
            *issuer_authenticated = right;
        }
    }

    /// The outcome of VERIFY.
    pub(crate) const fn set_pin_verified(&mut self, verified: bool) {
        if let Self::Application { pin_verified, .. } = self {
            *pin_verified = verified;
        }
    }
}

impl Session {
    /// 6985 unless GET CHALLENGE of 4 came straight before.
    pub(crate) const fn challenge(self) -> Result<[u8; 4], StatusWord> {
        if let Self::Challenged(challenge) = self {
            Ok(challenge)
        } else {
            Err(StatusWord::CONDITIONS)
        }
    }

    /// 6985 unless INITIALIZE FOR REFUEL came straight before.
    pub(crate) const fn pre_refuel(self) -> Result<PreRefuel, StatusWord> {
        if let Self::PreRefuel(begun) = self { Ok(begun) } else { Err(StatusWord::CONDITIONS) }
    }

    /// 6985 unless INITIALIZE FOR UNLOCK came straight before.
    pub(crate) const fn pre_unlock(self) -> Result<PreUnlock, StatusWord> {
        if let Self::PreUnlock(begun) = self { Ok(begun) } else { Err(StatusWord::CONDITIONS) }
    }

    /// 6985 unless INITIALIZE FOR LOAD, or UNLOAD, came straight before.
    pub(crate) fn pre_transfer(self, direction: Direction) -> Result<PreTransfer, StatusWord> {
        match self {
            Self::PreTransfer(begun) if begun.transfer.direction == direction => Ok(begun),
            _ => Err(StatusWord::CONDITIONS),
        }
    }

    /// 6985 unless INITIALIZE FOR PURCHASE came straight before.
    pub(crate) const fn pre_purchase(self) -> Result<PrePurchase, StatusWord> {
        if let Self::PrePurchase(begun) = self { Ok(begun) } else { Err(StatusWord::CONDITIONS) }
    }

    /// 6985 unless INITIALIZE FOR UPDATE came straight before.
    pub(crate) const fn pre_update(self) -> Result<PreUpdate, StatusWord> {
        if let Self::PreUpdate(begun) = self { Ok(begun) } else { Err(StatusWord::CONDITIONS) }
    }
}
