//! The codes of the protocol as the centre has them computed: a vault answers with codes, never
//! with the key behind them. Whoever holds the keys (a sealed file, an HSM) computes; a model
//! puts in their place who could have made which code.

use crypto::message::SecureMessage;
use crypto::online::{Unlock, mac1};
use crypto::session::Randoms;
use crypto::{Debit, Direction, Key, Lock, Online, Purchase, SessionKey, Transfer, overdraft};
use wire::{
    Amount, Asn, Date, Icc, Limit, LockId, Mac, PurchaseTerms, Purse, Scheme, Tid, Time, Trn,
};

use crate::keys::{KeyKind, KeyVault};
use crate::purchase::paid_of;

/// A lock with the rest of what its locking card source is made from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LockSource {
    /// The card.
    pub asn: Asn,
    /// Version of the consumption key.
    pub version: u8,
    /// The PSAM's random number.
    pub trn: Trn,
    /// What MAC2 and GTAC are made over.
    pub lock: Lock,
}

/// The codes of a lock that only its card can make.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LockCodes {
    /// Balance and card are genuine.
    pub mac2: Mac,
    /// The grey lock characterized code.
    pub gtac: Mac,
}

/// The codes of a claimed record.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RecordCodes {
    /// The PSAM's, which the card obeys.
    pub gmac: Mac,
    /// The PSAM's, under its own record key.
    pub sam_tac: Mac,
}

/// An on-line session of a card.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OnlineSession {
    /// The card.
    pub asn: Asn,
    /// Version of the key.
    pub version: u8,
    /// The card's random number.
    pub icc: Icc,
    /// The purse's on-line number.
    pub otc: u16,
}

/// What MAC1 of an on-line unlock is made over.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct UnlockStand {
    /// The purse's balance.
    pub balance: Amount,
    /// Its CTC as it stands (n + 1).
    pub ctc: u16,
    /// The purse.
    pub purse: Purse,
    /// The terminal at which the card is.
    pub tid: Tid,
}

/// What MAC1 of INITIALIZE FOR UPDATE is made over: ED, the one purse with an overdraft limit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct UpdateStand {
    /// The purse's balance.
    pub balance: Amount,
    /// Its overdraft limit.
    pub limit: Limit,
    /// The terminal at which the card is.
    pub tid: Tid,
}

/// Computes codes; `None` when there is no key of that version, or its suite is not known.
pub trait Codes {
    /// The scheme of a key version.
    fn scheme(&self, version: u8) -> Option<Scheme>;

    /// The suite of a key version.
    fn suite(&self, version: u8) -> Option<u8>;

    /// Every key version in use, newest first.
    fn versions(&self) -> Vec<u8>;

    /// MAC2 and GTAC of a lock.
    fn lock_codes(&self, source: &LockSource) -> Option<LockCodes>;

    /// GMAC and SAM TAC of a debit under a lock.
    fn record_codes(&self, source: &LockSource, debit: &Debit) -> Option<RecordCodes>;

    /// TAC of DEBIT FOR REFUEL.
    fn tac(&self, version: u8, asn: Asn, debit: &Debit) -> Option<Mac>;

    /// MAC1 of an on-line unlock.
    fn unlock_mac1(&self, session: &OnlineSession, stand: &UnlockStand) -> Option<Mac>;

    /// MAC2 of an on-line unlock: the decision.
    fn unlock_mac2(&self, session: &OnlineSession, unlock: &Unlock) -> Option<Mac>;

    /// MAC3 of an on-line unlock: the receipt, over the balance afterwards and the OTC used.
    fn unlock_mac3(
        &self,
        version: u8,
        asn: Asn,
        unlock: &Unlock,
        after: (Amount, u16),
    ) -> Option<Mac>;

    /// TAC of a purchase. A vault that does no purchases knows none.
    fn purchase_tac(&self, _version: u8, _asn: Asn, _purchase: &Purchase) -> Option<Mac> {
        None
    }

    /// MAC2 of a purchase: its session key holds the CTC.
    fn purchase_mac2(&self, _terms: &PurchaseTerms) -> Option<Mac> {
        None
    }

    /// MAC1 of a load or unload over the balance. A vault that does none knows none.
    fn transfer_mac1(&self, _: &OnlineSession, _: &Transfer, _balance: Amount) -> Option<Mac> {
        None
    }

    /// MAC2 of a load or unload: the decision.
    fn transfer_mac2(&self, _: &OnlineSession, _: &Transfer, _at: (Date, Time)) -> Option<Mac> {
        None
    }

    /// TAC of a load or unload, over the balance afterwards and the OTC used.
    fn transfer_tac(
        &self,
        _version: u8,
        _asn: Asn,
        _: &Transfer,
        _after: (Amount, u16),
        _at: (Date, Time),
    ) -> Option<Mac> {
        None
    }

    /// The MAC of a maintenance command over its header, under DAMK and the card's challenge.
    fn maintenance(
        &self,
        version: u8,
        asn: Asn,
        challenge: [u8; 4],
        header: &[u8; 5],
    ) -> Option<Mac>;

    /// MAC1 of INITIALIZE FOR UPDATE, in a session of the overdraft key.
    fn update_mac1(&self, session: &OnlineSession, stand: &UpdateStand) -> Option<Mac>;

    /// The MAC of SWITCH KEYS to a version, under DAMK of the version in use and the card's challenge.
    fn switch_keys(&self, version: u8, asn: Asn, challenge: [u8; 4], to: u8) -> Option<Mac>;
}

/// SESPK, or SESPK' in the *field* scheme.
fn locking_source(dpk: &Key, source: &LockSource) -> SessionKey {
    let Lock { icc, ctc, ttc, tid, scheme, .. } = source.lock;
    SessionKey::locking_source(dpk, scheme, &Randoms { icc, ctc, ttc, trn: source.trn, tid })
}

fn sesulk<V: KeyVault>(vault: &V, session: &OnlineSession, tid: Tid) -> Option<SessionKey> {
    let dulk = vault.card_key(KeyKind::Mulk, session.version, session.asn)?;
    Some(SessionKey::online(Online::Unlock, &dulk, session.icc, session.otc, tid))
}

/// SESLK or SESUNK.
fn transfer_session<V: KeyVault>(
    vault: &V,
    session: &OnlineSession,
    transfer: &Transfer,
) -> Option<SessionKey> {
    let kind = match transfer.direction {
        Direction::Load => KeyKind::Mlk,
        Direction::Unload => KeyKind::Munk,
    };
    let key = vault.card_key(kind, session.version, session.asn)?;
    let OnlineSession { icc, otc, .. } = *session;
    Some(SessionKey::online(transfer.direction.session(), &key, icc, otc, transfer.tid))
}

/// All codes of a claimed record and the TAC of its debit; each key is made once.
pub(crate) fn codes_at_once<V: KeyVault>(
    vault: &V,
    source: &LockSource,
    debit: &Debit,
) -> Option<(LockCodes, RecordCodes, Mac)> {
    let dpk = vault.card_key(KeyKind::Mpk, source.version, source.asn)?;
    let dtk = vault.card_key(KeyKind::Mtk, source.version, source.asn)?.folded();
    let session = locking_source(&dpk, source);
    let Lock { scheme, ctc, tid, .. } = source.lock;
    let mac2 = source.lock.mac2(&session);
    let lock = LockCodes { mac2, gtac: source.lock.gtac(&session, &dtk) };
    let sam_tac = debit.sam_tac(&vault.psam_key(tid), scheme, source.asn, ctc);
    let record = RecordCodes { gmac: debit.gmac(&session, scheme), sam_tac };
    Some((lock, record, debit.tac(&dtk)))
}

impl<V: KeyVault> Codes for V {
    fn scheme(&self, version: u8) -> Option<Scheme> {
        KeyVault::scheme(self, version)
    }

    fn suite(&self, version: u8) -> Option<u8> {
        KeyVault::suite(self, version)
    }

    fn versions(&self) -> Vec<u8> {
        KeyVault::versions(self)
    }

    fn lock_codes(&self, source: &LockSource) -> Option<LockCodes> {
        let dpk = self.card_key(KeyKind::Mpk, source.version, source.asn)?;
        let dtk = self.card_key(KeyKind::Mtk, source.version, source.asn)?;
        let session = locking_source(&dpk, source);
        let mac2 = source.lock.mac2(&session);
        Some(LockCodes { mac2, gtac: source.lock.gtac(&session, &dtk.folded()) })
    }

    fn record_codes(&self, source: &LockSource, debit: &Debit) -> Option<RecordCodes> {
        let dpk = self.card_key(KeyKind::Mpk, source.version, source.asn)?;
        let Lock { scheme, ctc, tid, .. } = source.lock;
        let gmac = debit.gmac(&locking_source(&dpk, source), scheme);
        Some(RecordCodes {
            gmac,
            sam_tac: debit.sam_tac(&self.psam_key(tid), scheme, source.asn, ctc),
        })
    }

    fn tac(&self, version: u8, asn: Asn, debit: &Debit) -> Option<Mac> {
        Some(debit.tac(&self.card_key(KeyKind::Mtk, version, asn)?.folded()))
    }

    fn unlock_mac1(&self, session: &OnlineSession, stand: &UnlockStand) -> Option<Mac> {
        let UnlockStand { balance, ctc, purse, tid } = *stand;
        Some(mac1(&sesulk(self, session, tid)?, balance, ctc, purse, tid))
    }

    fn unlock_mac2(&self, session: &OnlineSession, unlock: &Unlock) -> Option<Mac> {
        Some(unlock.mac2(&sesulk(self, session, unlock.tid)?))
    }

    fn unlock_mac3(
        &self,
        version: u8,
        asn: Asn,
        unlock: &Unlock,
        (balance, otc): (Amount, u16),
    ) -> Option<Mac> {
        let dtk = self.card_key(KeyKind::Mtk, version, asn)?;
        Some(unlock.mac3(&dtk.folded(), balance, otc))
    }

    fn transfer_mac1(
        &self,
        session: &OnlineSession,
        transfer: &Transfer,
        balance: Amount,
    ) -> Option<Mac> {
        Some(transfer.mac1(&transfer_session(self, session, transfer)?, balance))
    }

    fn transfer_mac2(
        &self,
        session: &OnlineSession,
        transfer: &Transfer,
        (date, time): (Date, Time),
    ) -> Option<Mac> {
        Some(transfer.mac2(&transfer_session(self, session, transfer)?, date, time))
    }

    fn transfer_tac(
        &self,
        version: u8,
        asn: Asn,
        transfer: &Transfer,
        (balance, otc): (Amount, u16),
        (date, time): (Date, Time),
    ) -> Option<Mac> {
        let dtk = self.card_key(KeyKind::Mtk, version, asn)?;
        Some(transfer.tac(&dtk.folded(), balance, otc, date, time))
    }

    fn purchase_tac(&self, version: u8, asn: Asn, purchase: &Purchase) -> Option<Mac> {
        Some(purchase.tac(&self.card_key(KeyKind::Mtk, version, asn)?.folded()))
    }

    fn purchase_mac2(&self, terms: &PurchaseTerms) -> Option<Mac> {
        let LockId { asn, ctc, ttc, tid, .. } = terms.id;
        let dpk = self.card_key(KeyKind::Mpk, terms.key.version, asn)?;
        let session = SessionKey::offline(&dpk, terms.icc, ctc, ttc, tid);
        Some(paid_of(terms).mac2(&session))
    }

    fn maintenance(
        &self,
        version: u8,
        asn: Asn,
        challenge: [u8; 4],
        header: &[u8; 5],
    ) -> Option<Mac> {
        let damk = self.card_key(KeyKind::Mamk, version, asn)?;
        Some(crypto::mac::secure_message(&damk, challenge, header))
    }

    fn update_mac1(&self, session: &OnlineSession, stand: &UpdateStand) -> Option<Mac> {
        let OnlineSession { asn, version, icc, otc } = *session;
        let dodk = self.card_key(KeyKind::Modk, version, asn)?;
        let UpdateStand { balance, limit, tid } = *stand;
        let sesodk = SessionKey::online(Online::Overdraft, &dodk, icc, otc, tid);
        Some(overdraft::mac1(&sesodk, balance, limit, Purse::Ed, tid))
    }

    fn switch_keys(&self, version: u8, asn: Asn, challenge: [u8; 4], to: u8) -> Option<Mac> {
        let damk = self.card_key(KeyKind::Mamk, version, asn)?;
        Some(SecureMessage::SwitchKeys { version: to }.mac(&damk, challenge))
    }
}
