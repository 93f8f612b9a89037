//! INIT SAM GREY LOCK `E0 40` (protocol §8): draws TTC and TRN, makes the locking card source and MAC1.

use crypto::icc::permute;
use crypto::session::Randoms;
use crypto::{Key, SessionKey};
use nvm::Nvm;
use seeded::{Bug, instead};
use wire::psam_command::InitGreyLock;
use wire::response::InitSam;
use wire::{StatusWord, Tid, Trn, Ttc};

use crate::choose::choose;
use crate::lock::{PendingLock, Terms};
use crate::profile::MainKey;
use crate::progress::{Progress, WrongMac2};
use crate::psam::{Data, Outcome, Psam};

impl<N: Nvm> Psam<N> {
    /// 9403 no such key or suite · 9402 TTC at its end · 6A84 every slot holds a certified lock without GMAC.
    ///
    /// The slot and the next TTC are one commit: a torn INIT may skip a TTC, and none whose MAC1 left comes again.
    pub(crate) fn init_grey_lock(&mut self, fields: &InitGreyLock) -> Outcome {
        let main_key = self.profile.main_key(fields.key).ok_or(StatusWord::NO_SUCH_KEY)?;
        let (ttc, after) = self.state.next.draw().ok_or(StatusWord::SEQUENCE_EXHAUSTED)?;
        let place = choose(&self.state.occupants()).place().ok_or(StatusWord::NO_ROOM)?;

        let tid = self.profile.tid;
        let terms = terms(fields, main_key, tid, (ttc, random(&self.profile.trn_key, ttc)));
        let answer = InitSam { ttc, trn: terms.trn, mac1: terms.mac1(tid) };
        let lock = PendingLock { terms, progress: Progress::Drawn(WrongMac2::None) };
        let mut next = self.state.with(place, Some(lock));
        next.next = instead(Bug::TtcOnlyInRam, after, next.next);
        self.commit(next)?;
        if seeded::is(Bug::TtcOnlyInRam) {
            self.state.next = after;
        }
        Ok(Data::new().with(&answer.encode()))
    }
}

/// TRN: nobody without the key foresees it, and `TRN[0]` is 80 or more, so that it is never an amount (protocol §2).
fn random(trn_key: &Key, ttc: Ttc) -> Trn {
    let [first, rest @ ..] = permute(trn_key, ttc.0).0;
    let [a, b, c] = rest;
    Trn([first | 0x80, a, b, c])
}

/// Claims 6, 7, 8: DPK by dispersing MPK, SESPK from it, ICC, CTC and the low half of TTC; in suites 10 and 20 from all of
/// TTC, TRN and TID too.
fn terms(fields: &InitGreyLock, main_key: &MainKey, tid: Tid, (ttc, trn): (Ttc, Trn)) -> Terms {
    let dpk = main_key.key.for_card(fields.asn, &fields.dispersing);
    let randoms = Randoms { icc: fields.icc, ctc: fields.ctc, ttc, trn, tid };
    Terms {
        ttc,
        asn: fields.asn,
        purse: fields.purse,
        ctc: fields.ctc,
        icc: fields.icc,
        balance: fields.balance,
        date: fields.date,
        time: fields.time,
        trn,
        key: fields.key,
        scheme: main_key.scheme,
        source: SessionKey::locking_source(&dpk, main_key.scheme, &randoms),
    }
}
