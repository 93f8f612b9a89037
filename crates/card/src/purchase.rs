//! INITIALIZE FOR PURCHASE and DEBIT FOR PURCHASE (protocol §7).

use crypto::{Purchase, SessionKey};
use nvm::Nvm;
use wire::card_command::{DebitForPurchase, InitializeAmount};
use wire::response::{InitPurchase, Proof, PurchaseAnswer};
use wire::{Kind, Purse, StatusWord};

use crate::card::{Answer, Card, done, require};
use crate::session::{PrePurchase, Session};
use crate::state::{Booking, Sequence, next_number};

impl<N: Nvm> Card<N> {
    /// 6985 grey · 6982 PIN, for ED alone · 9403 key · 9402 numbers · 9401 amount.
    pub(crate) fn initialize_for_purchase(&mut self, command: InitializeAmount) -> Answer {
        let InitializeAmount { purse, key_index, amount, tid } = command;
        require(self.state.grey().is_none(), StatusWord::CONDITIONS)?;
        let pin = purse == Purse::Ep || self.ram.pin_verified();
        require(pin, StatusWord::PIN_NOT_VERIFIED)?;
        let key = self.keys().consumption_key(key_index);
        let key = key.ok_or(StatusWord::NO_SUCH_KEY)?.reference();
        self.state.check_ctc_left(purse)?;
        self.state.purse(purse).balance_after(amount)?;
        let icc = self.draw_icc()?;
        let begun = PrePurchase { purse, key_index, amount, tid, icc };
        self.ram.enter(Session::PrePurchase(begun));
        let record = self.state.purse(purse);
        let (balance, ctc, limit) = (record.balance, record.ctc, record.limit);
        done(&InitPurchase { balance, ctc, limit, key, icc }.encode())
    }

    /// 9302 MAC1, counted. Then one commit, which uses CTC n. SESPK is that of either scheme, never SESPK'.
    pub(crate) fn debit_for_purchase(
        &mut self,
        begun: PrePurchase,
        command: DebitForPurchase,
    ) -> Answer {
        let PrePurchase { purse, key_index, amount, tid, icc } = begun;
        let DebitForPurchase { ttc, date, time, mac1 } = command;
        let record = self.state.purse(purse);
        let (ctc, limit) = (record.ctc, record.limit);
        let balance_after = record.balance_after(amount)?;
        let sequence = Sequence::Offline { used: ctc, next: next_number(ctc)? };
        let attempt = self.count_attempt()?;
        let key = self.keys().consumption_key(key_index).ok_or(StatusWord::NO_SUCH_KEY)?;
        let sespk = SessionKey::offline(&key.key, icc, ctc, ttc, tid);
        let purchase = Purchase { purse, amount, tid, ttc, date, time };
        let agreed = attempt.compare(purchase.mac1(&sespk), mac1)?;
        let tac = purchase.tac(&self.keys().tac.key.folded());
        let mac2 = purchase.mac2(&sespk);
        let booking = Booking {
            tag: Kind::Purchase.of(purse),
            sequence,
            balance_after,
            limit_after: limit,
            amount,
            tid,
            date,
            time,
            proof: Proof { mac2, tac },
        };
        self.commit(|state| state.book(&booking, agreed))?;
        done(&PurchaseAnswer { tac, mac2 }.encode())
    }
}
