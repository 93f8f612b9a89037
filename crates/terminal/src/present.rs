//! A card is put in: SELECT with public data, GET GREY STATUS, and what the card then is.

use core::fmt;

use wire::card_command::StatusMode;
use wire::files::{APPLICATION_FILE, PUBLIC_DATA_SFI, PublicData};
use wire::{Asn, CardCommand, Date, GreyState, GreyStatus, StatusMore, StatusWord};

use crate::exchange::{ask_card, card as ask};
use crate::failure::{Failure, Refusal};
use crate::transport::Transport;

/// What the terminal holds against a card before it makes a new lock. Unlocking needs none of
/// it: blacklisted and expired cards are unlocked too (protocol §9).
#[derive(Clone, Copy)]
pub struct Checks<'a> {
    /// Today.
    pub today: Date,
    /// The issuers served; empty means any.
    pub issuers: &'a [[u8; 8]],
    /// Whether a card is on the blacklist: those get no new lock.
    pub blacklist: &'a dyn Fn(Asn) -> bool,
}

impl fmt::Debug for Checks<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut checks = f.debug_struct("Checks");
        checks.field("today", &self.today).field("issuers", &self.issuers).finish_non_exhaustive()
    }
}

/// What a card is when it is put in.
#[derive(Clone, Copy, Debug)]
pub enum CardIs {
    /// Unlocked: a new lock may follow.
    Ready(Ready),
    /// Debited, and its TAC or MAC3 is still unread.
    TacUnread(TacUnread),
    /// Grey: it must be unlocked first.
    Grey(Grey),
}

/// An unlocked card.
#[derive(Clone, Copy, Debug)]
pub struct Ready {
    public: PublicData,
    status: GreyStatus,
    application_locked: bool,
}

/// An unlocked card that may be locked here.
#[derive(Clone, Copy, Debug)]
pub struct Admitted {
    pub(crate) public: PublicData,
}

/// A card whose last TAC nobody has read yet.
#[derive(Clone, Copy, Debug)]
pub struct TacUnread {
    ready: Ready,
}

/// A grey card.
#[derive(Clone, Copy, Debug)]
pub struct Grey {
    public: PublicData,
    status: GreyStatus,
    more: StatusMore,
    application_locked: bool,
}

/// Selects the application, which gives the public data too, and reads the grey status (two APDUs). A card whose FCI
/// does not carry EF 15 is asked for the file.
pub fn present(card: &mut impl Transport) -> Result<CardIs, Failure> {
    let (application_locked, public) = select(card)?;
    let public = public.map_or_else(|| read_public(card), Ok)?;
    let (status, more) = read_status(card)?;
    let ready = Ready { public, status, application_locked };
    Ok(match status.state {
        GreyState::Unlocked => CardIs::Ready(ready),
        GreyState::Grey => CardIs::Grey(Grey { public, status, more, application_locked }),
        GreyState::Debited | GreyState::UnlockedOnline => CardIs::TacUnread(TacUnread { ready }),
    })
}

/// True when the application is locked (6283), and EF 15 out of the FCI.
fn select(card: &mut impl Transport) -> Result<(bool, Option<PublicData>), Failure> {
    let command = CardCommand::SelectFile { id: APPLICATION_FILE, le: Some(0) };
    let answer = ask_card(card, &command)?;
    let public = PublicData::in_fci(answer.data());
    match answer.status {
        StatusWord::DONE => Ok((false, public)),
        StatusWord::APPLICATION_INVALIDATED => Ok((true, public)),
        status => Err(Failure::CardRefused { command: command.name(), status }),
    }
}

fn read_public(card: &mut impl Transport) -> Result<PublicData, Failure> {
    let command = CardCommand::ReadBinary { sfi: PUBLIC_DATA_SFI, offset: 0 };
    let answer = ask(card, &command)?;
    PublicData::parse(answer.data()).ok_or(Failure::Malformed { command: command.name() })
}

/// GET GREY STATUS, P1 = 02.
pub(crate) fn read_status(card: &mut impl Transport) -> Result<(GreyStatus, StatusMore), Failure> {
    let command = CardCommand::GetGreyStatus(StatusMode::ReadMore);
    let answer = ask(card, &command)?;
    let status = GreyStatus::parse(answer.data());
    status
        .and_then(|status| Some((status, status.more?)))
        .ok_or(Failure::Malformed { command: command.name() })
}

/// GET GREY STATUS, P1 = 01: clears TACUF. What was unread must be durable before.
pub(crate) fn clear_tac(card: &mut impl Transport) -> Result<GreyStatus, Failure> {
    let command = CardCommand::GetGreyStatus(StatusMode::ReadAndClear);
    let answer = ask(card, &command)?;
    GreyStatus::parse(answer.data()).ok_or(Failure::Malformed { command: command.name() })
}

impl CardIs {
    /// The card's public data.
    #[must_use]
    pub const fn public(&self) -> &PublicData {
        match self {
            Self::Ready(ready) => &ready.public,
            Self::TacUnread(unread) => &unread.ready.public,
            Self::Grey(grey) => &grey.public,
        }
    }

    /// The card's number.
    #[must_use]
    pub const fn asn(&self) -> Asn {
        self.public().asn()
    }
}

impl Ready {
    /// What the card showed when it was put in.
    #[must_use]
    pub const fn status(&self) -> &GreyStatus {
        &self.status
    }

    /// True when only the centre can unblock this card.
    #[must_use]
    pub const fn application_locked(&self) -> bool {
        self.application_locked
    }

    /// Whether a new lock may be made on this card: without it there is no PIN and no lock.
    pub fn admit(self, checks: &Checks<'_>) -> Result<Admitted, Refusal> {
        if self.application_locked {
            return Err(Refusal::ApplicationLocked);
        }
        if checks.today < self.public.start || self.public.expiry < checks.today {
            return Err(Refusal::Expired);
        }
        if (checks.blacklist)(self.public.asn()) {
            return Err(Refusal::Blacklisted);
        }
        if !checks.issuers.is_empty() && !checks.issuers.contains(&self.public.issuer) {
            return Err(Refusal::OtherIssuer);
        }
        Ok(Admitted { public: self.public })
    }

    /// The card's number.
    #[must_use]
    pub const fn asn(&self) -> Asn {
        self.public.asn()
    }
}

impl TacUnread {
    /// What the card shows; to be made durable before anything else.
    #[must_use]
    pub const fn status(&self) -> &GreyStatus {
        &self.ready.status
    }

    /// The card, once its status is durable: the next LOCK clears TACUF by itself.
    #[must_use]
    pub const fn kept(self) -> Ready {
        self.ready
    }

    /// The card's number.
    #[must_use]
    pub const fn asn(&self) -> Asn {
        self.ready.public.asn()
    }

    /// Clears TACUF: only after the status is durable.
    pub fn clear(self, card: &mut impl Transport) -> Result<Ready, Failure> {
        clear_tac(card)?;
        Ok(self.ready)
    }
}

impl Grey {
    /// The card's number.
    #[must_use]
    pub const fn asn(&self) -> Asn {
        self.public.asn()
    }

    /// The card's public data.
    #[must_use]
    pub const fn public(&self) -> &PublicData {
        &self.public
    }

    /// What the card shows.
    #[must_use]
    pub const fn status(&self) -> &GreyStatus {
        &self.status
    }

    /// The rest of the long form.
    #[must_use]
    pub const fn more(&self) -> &StatusMore {
        &self.more
    }

    /// True when only the centre can unblock, and then unlock, this card.
    #[must_use]
    pub const fn application_locked(&self) -> bool {
        self.application_locked
    }

    /// Refuses what an application lock forbids.
    pub const fn check_usable(&self) -> Result<(), Refusal> {
        if self.application_locked { Err(Refusal::ApplicationLocked) } else { Ok(()) }
    }
}
