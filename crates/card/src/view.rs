//! What may be shown of a card: everything but keys and PIN.

use wire::files::PublicData;
use wire::{Amount, GreyStatus, KeyRef, Limit, Mac, Purse, Trn};

use crate::card::Card;
use crate::log_file::LogFile;
use crate::profile::{Aid, Opening};
use crate::proofs::Proofs;
use crate::state::{GreyLock, LastDebit, Mark, PurseRecord};

/// A card as `show` and `audit` see it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct View {
    /// The application's name.
    pub aid: Aid,
    /// EF 15.
    pub public: PublicData,
    /// Version and algorithm of DAMK, the key of the issuer's messages.
    pub maintenance_key: KeyRef,
    /// The same of the keys that SWITCH KEYS may go over to.
    pub next_key: Option<KeyRef>,
    /// What the purses began with, by [`Purse::index`].
    pub opening: [Opening; 2],
    /// The purses today, by [`Purse::index`].
    pub purses: [PurseView; 2],
    /// The purse that was locked last.
    pub last_locked: Option<Purse>,
    /// The last debit, read or unread.
    pub last_debit: Option<LastDebit>,
    /// What GET GREY STATUS with P1 = 02 answers now.
    pub status: GreyStatus,
    /// Open, locked, or locked for good.
    pub application: Application,
    /// Codes counted since the last one that was right.
    pub error_counter: u8,
    /// How many lock the application.
    pub error_limit: u8,
    /// Wrong codes of APPLICATION UNBLOCK.
    pub unblock_failures: u8,
    /// Codes of the issuer's other messages counted since the last one that was right.
    pub message_failures: u8,
    /// PIN tries left; 0 is blocked.
    pub pin_tries: u8,
    /// Random numbers drawn so far.
    pub numbers_drawn: u32,
    /// EF 18, newest first.
    pub log: LogFile,
    /// The proof of the last transaction of each kind.
    pub proofs: Proofs,
}

/// A purse.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PurseView {
    /// What can be spent.
    pub balance: Amount,
    /// The overdraft limit in it.
    pub limit: Limit,
    /// Off-line transaction number.
    pub ctc: u16,
    /// On-line transaction number.
    pub otc: u16,
    /// The lock, while the purse is grey.
    pub lock: Option<LockView>,
}

/// A grey lock without its session key.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LockView {
    /// Scheme, purse, balance, CTC n, ICC, TID, TTC, date, time.
    pub terms: crypto::Lock,
    /// The PSAM's random number.
    pub trn: Trn,
    /// Index of the consumption key.
    pub key_index: u8,
    /// Its version and algorithm.
    pub key: KeyRef,
    /// MAC2, as LOCK answered it.
    pub mac2: Mac,
    /// GTAC, as LOCK answered it.
    pub gtac: Mac,
}

/// Whether the application works.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Application {
    /// It does.
    Open,
    /// Until APPLICATION UNBLOCK.
    Locked,
    /// Wrong unblock codes used up: the centre settles from its books.
    LockedForGood,
    /// By CARD BLOCK: no command works any more.
    CardBlocked,
}

impl<N> Card<N> {
    /// What the card holds, but no key. On a card that went mute: what it held before the command that it did not
    /// answer; power it on to know.
    #[must_use]
    pub fn view(&self) -> View {
        let (profile, state) = (&self.profile, &self.state);
        View {
            aid: profile.aid,
            public: state.public,
            maintenance_key: self.keys().maintenance.reference(),
            next_key: self.waiting_keys().map(|next| next.keys.maintenance.reference()),
            opening: profile.opening,
            purses: [PurseView::of(&state.purses[0]), PurseView::of(&state.purses[1])],
            last_locked: state.last_locked,
            last_debit: state.last_debit,
            status: state.status(),
            application: self.application(),
            error_counter: state.error_counter,
            error_limit: profile.error_limit,
            unblock_failures: state.unblock_failures,
            message_failures: state.message_failures,
            pin_tries: state.pin_tries,
            numbers_drawn: state.icc_counter,
            log: state.log,
            proofs: state.proofs,
        }
    }

    const fn application(&self) -> Application {
        if self.state.card_blocked {
            return Application::CardBlocked;
        }
        match (self.application_locked(), self.state.locked_for_good()) {
            (false, _) => Application::Open,
            (true, false) => Application::Locked,
            (true, true) => Application::LockedForGood,
        }
    }
}

impl View {
    /// A purse.
    #[must_use]
    pub const fn purse(&self, purse: Purse) -> &PurseView {
        &self.purses[purse.index()]
    }

    /// The lock, while the application is grey.
    #[must_use]
    pub fn lock(&self) -> Option<&LockView> {
        self.purses.iter().find_map(|purse| purse.lock.as_ref())
    }
}

impl PurseView {
    fn of(record: &PurseRecord) -> Self {
        let lock = match &record.mark {
            Mark::Clear => None,
            Mark::Grey(lock) => Some(LockView::of(lock)),
        };
        let PurseRecord { balance, limit, ctc, otc, .. } = *record;
        Self { balance, limit, ctc, otc, lock }
    }
}

impl LockView {
    const fn of(lock: &GreyLock) -> Self {
        let GreyLock { terms, trn, key_index, key, mac2, gtac, .. } = *lock;
        Self { terms, trn, key_index, key, mac2, gtac }
    }
}
