//! INIT SAM PURCHASE `80 70` and CREDIT SAM PURCHASE `80 72` (protocol §8).
//!
//! A purchase ends in the card's TAC, which the centre checks; what waits here for MAC2 only tells the terminal whether a
//! card answered. So it waits in RAM: one at a time, until the next INIT SAM PURCHASE, SELECT, reset or loss of power.

use crypto::{Purchase, SessionKey, check};
use nvm::Nvm;
use wire::psam_command::InitPurchase;
use wire::response::InitSamPurchase;
use wire::{Mac, StatusWord, Ttc};

use crate::profile::MainKey;
use crate::progress::WrongMac2;
use crate::psam::{Data, Outcome, Psam};

/// A purchase whose MAC1 went out.
pub(crate) struct PendingPurchase {
    purchase: Purchase,
    /// SESPK, in both schemes.
    source: SessionKey,
    standing: Standing,
}

#[derive(Clone, Copy)]
enum Standing {
    /// So many wrong MAC2 came back.
    Drawn(WrongMac2),
    /// The card's MAC2 agreed.
    Agreed,
}

impl<N: Nvm> Psam<N> {
    /// 9403 no such key or suite · 9402 TTC at its end. The TTC is durable before MAC1 leaves; a torn INIT may skip one.
    pub(crate) fn init_purchase(&mut self, fields: &InitPurchase) -> Outcome {
        let main_key = self.profile.main_key(fields.key).ok_or(StatusWord::NO_SUCH_KEY)?;
        let (ttc, after) = self.state.next.draw().ok_or(StatusWord::SEQUENCE_EXHAUSTED)?;
        let pending = self.pending_purchase(fields, main_key, ttc);
        let answer = InitSamPurchase { ttc, mac1: pending.purchase.mac1(&pending.source) };
        let mut next = self.state.clone();
        next.next = after;
        self.commit(next)?;
        self.purchase = Some(pending);
        Ok(Data::new().with(&answer.encode()))
    }

    fn pending_purchase(
        &self,
        fields: &InitPurchase,
        main_key: &MainKey,
        ttc: Ttc,
    ) -> PendingPurchase {
        let InitPurchase { purse, amount, date, time, .. } = *fields;
        let dpk = main_key.key.for_card(fields.asn, &fields.dispersing);
        PendingPurchase {
            purchase: Purchase { purse, amount, tid: self.profile.tid, ttc, date, time },
            source: SessionKey::offline(&dpk, fields.icc, fields.ctc, ttc, self.profile.tid),
            standing: Standing::Drawn(WrongMac2::None),
        }
    }
}

impl<N> Psam<N> {
    /// 6985 no INIT SAM PURCHASE · 9302 MAC2 wrong; the third one drops the purchase. A right one may come again.
    pub(crate) fn credit_purchase(&mut self, mac2: Mac) -> Outcome {
        let pending = self.purchase.take().ok_or(StatusWord::CONDITIONS)?;
        let agreed = check(pending.purchase.mac2(&pending.source), mac2).is_some();
        let standing = match (agreed, pending.standing) {
            (true, _) | (false, Standing::Agreed) => Some(Standing::Agreed),
            (false, Standing::Drawn(wrong)) => wrong.one_more().map(Standing::Drawn),
        };
        self.purchase = standing.map(|standing| PendingPurchase { standing, ..pending });
        if agreed { Ok(Data::new()) } else { Err(StatusWord::WRONG_MAC.into()) }
    }
}
