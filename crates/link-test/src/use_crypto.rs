//! Calls into `crypto`: keys, session keys and every code.

use core::hint::black_box;

use crypto::session::Randoms;
use crypto::{Debit, Key, Lock, Online, SessionKey, icc, mac, online};
use wire::{Asn, Dispersing, Icc, Reader, Scheme, Suite, Tid};

/// Computes from a key and transaction data that the compiler cannot foresee.
#[inline(never)]
pub(crate) fn all() {
    let main_key = black_box(Key::of(black_box(Suite::Aes), [0; 16]));
    let dispersing = Dispersing::read(&mut Reader::new(black_box(&[0; 64])));
    let card_key = dispersing.map(|levels| main_key.for_card(black_box(Asn([0; 8])), &levels));
    let (Some(card_key), Some(lock)) = (card_key, black_box(None::<Lock>)) else { return };
    locking(&card_key, &lock);
    ending(&card_key, &lock);
    on_line(&card_key);
    black_box(icc::permute(&card_key, black_box(0)));
    black_box(mac::secure_message(&card_key, black_box([0; 4]), black_box(&[0; 64])));
    black_box(main_key.for_psam(black_box(Tid([0; 6]))).check_value());
}

fn locking(card_key: &Key, lock: &Lock) {
    let Some(randoms) = black_box(None::<Randoms>) else { return };
    let source = SessionKey::locking_source(card_key, lock.scheme, &randoms);
    black_box(lock.mac1(&source));
    black_box(lock.gtac(&source, &card_key.folded()));
    black_box(crypto::check(lock.mac2(&source), black_box(wire::Mac([0; 4]))));
}

fn ending(card_key: &Key, lock: &Lock) {
    let Some(debit) = black_box(None::<Debit>) else { return };
    let source = SessionKey::offline(card_key, lock.icc, lock.ctc, lock.ttc, lock.tid);
    black_box(debit.gmac(&source, Scheme::Field));
    black_box(debit.tac(&card_key.folded()));
    black_box(debit.sam_tac(card_key, lock.scheme, black_box(Asn([0; 8])), lock.ctc));
}

fn on_line(card_key: &Key) {
    let Some(unlock) = black_box(None::<online::Unlock>) else { return };
    let session = SessionKey::online(
        black_box(Online::Unlock),
        card_key,
        black_box(Icc([0; 4])),
        black_box(0),
        unlock.tid,
    );
    black_box(online::mac1(&session, unlock.amount, black_box(0), unlock.purse, unlock.tid));
    black_box(unlock.mac2(&session));
    black_box(unlock.mac3(&card_key.folded(), unlock.amount, black_box(0)));
}
