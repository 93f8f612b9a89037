//! A card and a PSAM that make every code of protocol §4 with `crypto`, and keep no rule that
//! the centre could lean on.

use crypto::message::SecureMessage;
use crypto::online::{Unlock, mac1};
use crypto::session::Randoms;
use crypto::{Debit, Direction, Key, Lock, Online, Purchase, SessionKey, Transfer, overdraft};
use host::{
    Decision, KeyKind, KeyVault, MainKeys, SwitchRequest, TransferDecision, TransferRequest,
    UnlockRequest, Way,
};
use wire::record::{Claim, Rounding};
use wire::response::{InitLoad, InitUnlock, InitUpdate};
use wire::{
    Amount, Asn, Certified, ClaimedRecord, Delivery, Dispersing, GreyState, GreyStatus, Icc,
    KeyRef, Limit, LockId, LockTerms, Mac, PurchaseAnswer, PurchaseTerms, Purse, Report, Scheme,
    Stamp, StatusMore, Tid, Trn, Ttc,
};

use super::{FIRST_CTC, OPENING, cents, keys};

#[derive(Clone, Debug)]
pub struct Grey {
    pub terms: LockTerms,
    pub mac2: Mac,
    pub gtac: Mac,
}

#[derive(Clone, Debug)]
pub struct TestCard {
    pub keys: MainKeys,
    /// The version of the keys in use.
    pub version: u8,
    pub asn: Asn,
    pub purse: Purse,
    pub balance: u32,
    pub ctc: u16,
    pub otc: u16,
    pub icc: u32,
    pub grey: Option<Grey>,
    pub unread: Option<GreyStatus>,
    session: Option<(SessionKey, u16, Tid)>,
}

impl TestCard {
    pub fn new(asn: Asn) -> Self {
        Self::with(asn, Scheme::Seed)
    }

    pub fn with(asn: Asn, scheme: Scheme) -> Self {
        Self {
            keys: keys(scheme),
            version: 1,
            asn,
            purse: Purse::Ed,
            balance: OPENING,
            ctc: FIRST_CTC,
            otc: 0,
            icc: 0x5A00_0000,
            grey: None,
            unread: None,
            session: None,
        }
    }

    fn key(&self, kind: KeyKind) -> Key {
        self.keys.card_key(kind, self.version, self.asn).unwrap()
    }

    fn key_ref(&self) -> KeyRef {
        let algorithm = KeyVault::suite(&self.keys, self.version).unwrap();
        KeyRef { version: self.version, algorithm }
    }

    /// INITIALIZE FOR UPDATE and GET CHALLENGE, to be switched to other keys.
    pub fn ask_for_keys(&mut self, to: u8, tid: Tid, now: Stamp) -> SwitchRequest {
        let (icc, otc) = (self.draw(), self.otc);
        let sesodk = SessionKey::online(Online::Overdraft, &self.key(KeyKind::Modk), icc, otc, tid);
        let (balance, limit) = (cents(self.balance), Limit::ZERO);
        let mac1 = overdraft::mac1(&sesodk, balance, limit, Purse::Ed, tid);
        let init = InitUpdate { balance, otc, limit, key: self.key_ref(), icc, mac1 };
        let Icc(challenge) = self.draw();
        SwitchRequest { asn: self.asn, to, tid, init, challenge, now }
    }

    /// SWITCH KEYS: the card checks the code and goes over.
    pub fn obey_switch(&mut self, request: &SwitchRequest, mac: Mac) {
        let message = SecureMessage::SwitchKeys { version: request.to };
        let own = message.mac(&self.key(KeyKind::Mamk), request.challenge);
        assert_eq!(own, mac, "6988");
        self.version = request.to;
    }

    fn draw(&mut self) -> Icc {
        self.icc += 1;
        Icc(self.icc.wrapping_mul(0x9E37_79B1).to_be_bytes())
    }

    /// INITIALIZE, INIT SAM, LOCK.
    pub fn lock(&mut self, psam: &mut TestPsam, at: Stamp) -> Grey {
        assert!(self.grey.is_none(), "the card is grey");
        let (ttc, trn) = psam.draw();
        let terms = LockTerms {
            id: LockId { asn: self.asn, purse: self.purse, ctc: self.ctc, tid: psam.tid, ttc },
            icc: self.draw(),
            trn,
            balance: cents(self.balance),
            limit: Limit::ZERO,
            at,
            key: self.key_ref(),
            scheme: KeyVault::scheme(&self.keys, self.version).unwrap(),
            dispersing: Dispersing::NONE,
        };
        let grey = codes(&self.keys, terms);
        self.ctc += 1;
        self.grey = Some(grey.clone());
        self.unread = None;
        grey
    }

    /// A refuelling from LOCK to DEBIT.
    pub fn whole_sale(
        &mut self,
        psam: &mut TestPsam,
        amount: u32,
        minute: u8,
    ) -> (ClaimedRecord, Mac) {
        let grey = self.lock(psam, super::at(minute));
        let record = psam.claim(&grey, amount, super::at(minute + 1));
        (record, self.debit(&record))
    }

    /// LOCK with the high half of TTC altered on its way to the card.
    pub fn lock_altered(&mut self, psam: &mut TestPsam, at: Stamp) -> Grey {
        let sent = self.lock(psam, at);
        let mut terms = sent.terms;
        terms.id.ttc = Ttc(terms.id.ttc.0 ^ 0x0003_0000);
        self.grey = Some(codes(&self.keys, terms));
        let answered = self.grey.clone().unwrap();
        Grey { terms: sent.terms, ..answered }
    }

    /// INITIALIZE FOR PURCHASE and INIT SAM PURCHASE; the card has not seen DEBIT yet.
    pub fn begin_purchase(&mut self, psam: &mut TestPsam, amount: u32, at: Stamp) -> PurchaseTerms {
        assert!(self.grey.is_none(), "the card is grey");
        let (ttc, _) = psam.draw();
        PurchaseTerms {
            id: LockId { asn: self.asn, purse: self.purse, ctc: self.ctc, tid: psam.tid, ttc },
            icc: self.draw(),
            amount: cents(amount),
            balance: cents(self.balance),
            limit: Limit::ZERO,
            at,
            key: KeyRef { version: 1, algorithm: 0 },
        }
    }

    /// DEBIT FOR PURCHASE.
    pub fn pay(&mut self, terms: &PurchaseTerms) -> PurchaseAnswer {
        let PurchaseTerms { id, amount, at, icc, .. } = *terms;
        assert_eq!(id.ctc, self.ctc);
        let (tid, ttc) = (id.tid, id.ttc);
        let purchase =
            Purchase { purse: self.purse, amount, tid, ttc, date: at.date, time: at.time };
        let session = SessionKey::offline(&self.key(KeyKind::Mpk), icc, id.ctc, ttc, tid);
        self.balance -= amount.units();
        self.ctc += 1;
        self.unread = None;
        let tac = purchase.tac(&self.key(KeyKind::Mtk).folded());
        PurchaseAnswer { tac, mac2: purchase.mac2(&session) }
    }

    /// A whole purchase.
    pub fn purchase(
        &mut self,
        psam: &mut TestPsam,
        amount: u32,
        minute: u8,
    ) -> (PurchaseTerms, PurchaseAnswer) {
        let terms = self.begin_purchase(psam, amount, super::at(minute));
        (terms, self.pay(&terms))
    }

    /// INITIALIZE FOR LOAD or FOR UNLOAD.
    pub fn ask_transfer(&mut self, way: Way, amount: u32, now: Stamp) -> TransferRequest {
        assert!(self.grey.is_none(), "the card is grey");
        let icc = self.draw();
        let transfer = self.transfer_of(way, amount);
        let session = self.transfer_session(&transfer, icc);
        let balance = cents(self.balance);
        let key = KeyRef { version: 1, algorithm: 0 };
        let mac1 = transfer.mac1(&session, balance);
        let init = InitLoad { balance, otc: self.otc, key, icc, mac1 };
        let (tid, purse, amount) = (transfer.tid, self.purse, transfer.amount);
        TransferRequest { way, tid, asn: self.asn, purse, amount, init, account: None, now }
    }

    /// CREDIT FOR LOAD or DEBIT FOR UNLOAD straight after this request: the card's TAC.
    pub fn obey_transfer(&mut self, asked: &TransferRequest, decision: &TransferDecision) -> Mac {
        let TransferRequest { way, amount, init, .. } = *asked;
        assert_eq!((init.otc, init.balance.units()), (self.otc, self.balance), "9302");
        let transfer = self.transfer_of(way, amount.units());
        let session = self.transfer_session(&transfer, init.icc);
        let TransferDecision { date, time, mac2 } = *decision;
        assert_eq!(transfer.mac2(&session, date, time), mac2, "9302");
        match way {
            Way::Load => self.balance += amount.units(),
            Way::Unload => self.balance -= amount.units(),
        }
        self.otc += 1;
        self.unread = None;
        let after = cents(self.balance);
        transfer.tac(&self.key(KeyKind::Mtk).folded(), after, init.otc, date, time)
    }

    fn transfer_of(&self, way: Way, amount: u32) -> Transfer {
        let direction = match way {
            Way::Load => Direction::Load,
            Way::Unload => Direction::Unload,
        };
        Transfer { direction, purse: self.purse, amount: cents(amount), tid: super::T2 }
    }

    fn transfer_session(&self, transfer: &Transfer, icc: Icc) -> SessionKey {
        let kind = match transfer.direction {
            Direction::Load => KeyKind::Mlk,
            Direction::Unload => KeyKind::Munk,
        };
        let session = transfer.direction.session();
        SessionKey::online(session, &self.key(kind), icc, self.otc, transfer.tid)
    }

    /// DEBIT FOR REFUEL.
    pub fn debit(&mut self, record: &ClaimedRecord) -> Mac {
        let grey = self.grey.take().expect("grey");
        let (amount, end) = (record.delivery.amount, record.delivery.at);
        let (tid, ttc) = (grey.terms.id.tid, grey.terms.id.ttc);
        let debit = Debit { purse: self.purse, amount, tid, ttc, date: end.date, time: end.time };
        let tac = debit.tac(&self.key(KeyKind::Mtk).folded());
        self.balance -= amount.units();
        self.ctc += 1;
        let more = StatusMore { ttc, ..StatusMore::default() };
        self.unread = Some(self.state10(GreyState::Debited, tid, end, amount, tac, more));
        tac
    }

    fn state10(
        &self,
        state: GreyState,
        tid: Tid,
        at: Stamp,
        amount: Amount,
        code: Mac,
        more: StatusMore,
    ) -> GreyStatus {
        GreyStatus {
            state,
            purse: self.purse,
            balance: cents(self.balance),
            ctc: self.ctc,
            tid,
            date: at.date,
            time: at.time,
            a: amount.to_bytes(),
            b: code,
            more: Some(more),
        }
    }

    /// GET GREY STATUS with P1 = 02, in state 01.
    pub fn grey_status(&self) -> GreyStatus {
        let grey = self.grey.as_ref().expect("grey");
        let terms = grey.terms;
        let more = StatusMore { ttc: terms.id.ttc, icc: terms.icc, trn: terms.trn, key: terms.key };
        GreyStatus {
            state: GreyState::Grey,
            purse: self.purse,
            balance: terms.balance,
            ctc: self.ctc,
            tid: terms.id.tid,
            date: terms.at.date,
            time: terms.at.time,
            a: grey.mac2.0,
            b: grey.gtac,
            more: Some(more),
        }
    }

    /// GET GREY STATUS with P1 = 02, in state 10.
    pub fn unread(&self) -> GreyStatus {
        self.unread.expect("a TAC is unread")
    }

    /// INITIALIZE FOR UNLOCK at a terminal, with the status before it.
    pub fn ask(&mut self, tid: Tid, now: Stamp) -> UnlockRequest {
        let icc = self.draw();
        let sesulk =
            SessionKey::online(Online::Unlock, &self.key(KeyKind::Mulk), icc, self.otc, tid);
        let balance = cents(self.balance);
        let init = InitUnlock {
            balance,
            ctc: self.ctc,
            otc: self.otc,
            key: self.key_ref(),
            icc,
            mac1: mac1(&sesulk, balance, self.ctc, self.purse, tid),
        };
        self.session = Some((sesulk, self.otc, tid));
        UnlockRequest { tid, asn: self.asn, status: self.grey_status(), init, now }
    }

    /// DEBIT FOR UNLOCK: the card checks MAC2 and answers MAC3.
    pub fn obey(&mut self, decision: &Decision) -> Mac {
        let (sesulk, otc, tid) = self.session.take().expect("pre-unlock");
        let Decision { amount, date, time, mac2 } = *decision;
        let unlock = Unlock { purse: self.purse, amount, tid, date, time };
        assert_eq!(unlock.mac2(&sesulk), mac2, "9302");
        self.grey = None;
        self.balance -= amount.units();
        self.ctc += 1;
        self.otc += 1;
        let after = cents(self.balance);
        let mac3 = unlock.mac3(&self.key(KeyKind::Mtk).folded(), after, otc);
        let stamp = Stamp { date, time, utc_offset_minutes: 0 };
        let more = StatusMore { ttc: Ttc(u32::from(otc)), ..StatusMore::default() };
        let state = GreyState::UnlockedOnline;
        self.unread = Some(self.state10(state, tid, stamp, amount, mac3, more));
        mac3
    }
}

/// MAC2 and GTAC of a lock.
pub fn codes(keys: &MainKeys, terms: LockTerms) -> Grey {
    let source = source(keys, &terms);
    let lock = Lock {
        scheme: terms.scheme,
        purse: terms.id.purse,
        balance: terms.balance,
        ctc: terms.id.ctc,
        icc: terms.icc,
        tid: terms.id.tid,
        ttc: terms.id.ttc,
        date: terms.at.date,
        time: terms.at.time,
    };
    let dtk = keys.card_key(KeyKind::Mtk, terms.key.version, terms.id.asn).unwrap();
    Grey { terms, mac2: lock.mac2(&source), gtac: lock.gtac(&source, &dtk.folded()) }
}

fn source(keys: &MainKeys, terms: &LockTerms) -> SessionKey {
    let dpk = keys.card_key(KeyKind::Mpk, terms.key.version, terms.id.asn).unwrap();
    let LockId { ctc, tid, ttc, .. } = terms.id;
    let (icc, trn) = (terms.icc, terms.trn);
    SessionKey::locking_source(&dpk, terms.scheme, &Randoms { icc, ctc, ttc, trn, tid })
}

#[derive(Clone, Debug)]
pub struct TestPsam {
    pub keys: MainKeys,
    pub tid: Tid,
    pub ttc: u32,
}

impl TestPsam {
    pub fn new(tid: Tid) -> Self {
        Self::with(tid, Scheme::Seed)
    }

    pub fn with(tid: Tid, scheme: Scheme) -> Self {
        Self { keys: keys(scheme), tid, ttc: 0 }
    }

    pub fn draw(&mut self) -> (Ttc, Trn) {
        self.ttc += 1;
        let [a, b, c, d] = self.ttc.wrapping_mul(0x85EB_CA6B).to_be_bytes();
        (Ttc(self.ttc), Trn([a | 0x80, b, c, d]))
    }

    /// DEBIT SAM GREY UNLOCK: the whole grey record.
    pub fn claim(&self, grey: &Grey, amount: u32, end: Stamp) -> ClaimedRecord {
        let mut record = ClaimedRecord {
            terms: grey.terms,
            certified: certified(grey),
            delivery: delivery(amount, end),
            claim: Claim { gmac: Mac::default(), sam_tac: Mac::default() },
        };
        self.sign(&mut record);
        record
    }

    /// GMAC and SAM TAC over whatever the record says.
    pub fn sign(&self, record: &mut ClaimedRecord) {
        let terms = record.terms;
        let debit = Debit {
            purse: terms.id.purse,
            amount: record.delivery.amount,
            tid: terms.id.tid,
            ttc: terms.id.ttc,
            date: record.delivery.at.date,
            time: record.delivery.at.time,
        };
        record.claim.gmac = debit.gmac(&source(&self.keys, &terms), terms.scheme);
        let dsk = self.keys.psam_key(self.tid);
        record.claim.sam_tac = debit.sam_tac(&dsk, terms.scheme, terms.id.asn, terms.id.ctc);
    }
}

pub fn certified(grey: &Grey) -> Certified {
    Certified {
        mac2: grey.mac2,
        gtac: grey.gtac,
        nozzle: 1,
        product: 92,
        unit_price: 789,
        rounding: Rounding::Down,
        ceiling: grey.terms.balance,
        totalizer_before: 1000,
    }
}

pub fn delivery(amount: u32, end: Stamp) -> Delivery {
    Delivery { quantity: u64::from(amount), amount: cents(amount), at: end, totalizer_after: 0 }
}

pub fn unproved(grey: &Grey, amount: u32, end: Stamp) -> Report {
    Report::Unproved(grey.terms, certified(grey), delivery(amount, end))
}
