//! INITIALIZE FOR REFUEL and LOCK FOR REFUEL (protocol §6; claims 3, 4, 6, 8).

use crypto::SessionKey;
use crypto::session::Randoms;
use nvm::Nvm;
use seeded::{Bug, instead};
use wire::StatusWord;
use wire::card_command::{Initialize, LockForRefuel};
use wire::response::{InitRefuel, LockAnswer};

use crate::card::{Answer, Card, done, require};
use crate::profile::ConsumptionKey;
use crate::session::{PreRefuel, Session};
use crate::state::{GreyLock, next_number};

impl<N: Nvm> Card<N> {
    /// INITIALIZE FOR REFUEL: 6985 grey · 6982 PIN · 9403 key · 9402 numbers.
    pub(crate) fn initialize_for_refuel(&mut self, command: &Initialize) -> Answer {
        require(self.state.grey().is_none(), StatusWord::CONDITIONS)?;
        require(self.ram.pin_verified(), StatusWord::PIN_NOT_VERIFIED)?;
        let key = self.keys().consumption_key(command.key_index);
        let key = key.ok_or(StatusWord::NO_SUCH_KEY)?.reference();
        self.state.check_numbers_left(command.purse)?;
        let icc = self.draw_icc()?;
        let Initialize { purse, key_index, tid } = *command;
        self.ram.enter(Session::PreRefuel(PreRefuel { purse, key_index, tid, icc }));
        let record = self.state.purse(purse);
        let answer =
            InitRefuel { balance: record.balance, ctc: record.ctc, limit: record.limit, key, icc };
        done(&answer.encode())
    }

    /// LOCK FOR REFUEL: 9302 MAC1, counted. Then one commit: CTC n+1, the mark, TACUF, the error counter.
    pub(crate) fn lock_for_refuel(&mut self, begun: PreRefuel, command: &LockForRefuel) -> Answer {
        let attempt = self.count_attempt()?;
        let key = self.keys().consumption_key(begun.key_index);
        let lock = self.grey_lock(key.ok_or(StatusWord::NO_SUCH_KEY)?, begun, command);
        let own = lock.terms.mac1(&lock.source);
        let given = instead(Bug::LockMac1NotCompared, command.mac1, own);
        let agreed = attempt.compare(own, given)?;
        let answer = LockAnswer { gtac: lock.gtac, mac2: lock.mac2 };
        let next_ctc = next_number(lock.terms.ctc)?;
        let next_ctc = instead(Bug::LockKeepsCtc, next_ctc, lock.terms.ctc);
        self.commit(|state| state.lock(lock, next_ctc, agreed))?;
        done(&answer.encode())
    }

    /// The locking card source, made here since TTC came with LOCK, and what it is made for (claim 1).
    fn grey_lock(
        &self,
        key: &ConsumptionKey,
        begun: PreRefuel,
        command: &LockForRefuel,
    ) -> GreyLock {
        let record = self.state.purse(begun.purse);
        let terms = crypto::Lock {
            scheme: key.scheme,
            purse: begun.purse,
            balance: record.balance,
            ctc: record.ctc,
            icc: begun.icc,
            tid: begun.tid,
            ttc: command.ttc,
            date: command.date,
            time: command.time,
        };
        let random = Randoms {
            icc: begun.icc,
            ctc: record.ctc,
            ttc: command.ttc,
            trn: command.trn,
            tid: begun.tid,
        };
        let source = SessionKey::locking_source(&key.key, key.scheme, &random);
        GreyLock {
            mac2: terms.mac2(&source),
            gtac: terms.gtac(&source, &self.keys().tac.key.folded()),
            terms,
            source,
            trn: command.trn,
            key_index: begun.key_index,
            key: key.reference(),
        }
    }
}
