//! Any purchase.

use proptest::prelude::*;
use wire::{Icc, KeyRef, PurchaseAnswer, PurchaseStep, PurchaseTerms};

use crate::any::{amount, limit, lock_id, mac, stamp};

pub(crate) fn purchase_terms() -> BoxedStrategy<PurchaseTerms> {
    let codes = (any::<u8>(), any::<u8>());
    (lock_id(), any::<[u8; 4]>(), amount(), amount(), limit(), stamp(), codes)
        .prop_map(|(id, icc, amount, balance, limit, at, (version, algorithm))| PurchaseTerms {
            id,
            icc: Icc(icc),
            amount,
            balance,
            limit,
            at,
            key: KeyRef { version, algorithm },
        })
        .boxed()
}

pub(crate) fn purchase_answer() -> impl Strategy<Value = PurchaseAnswer> {
    (mac(), mac()).prop_map(|(tac, mac2)| PurchaseAnswer { tac, mac2 })
}

pub(crate) fn purchase_step() -> impl Strategy<Value = PurchaseStep> {
    prop_oneof![
        purchase_terms().prop_map(PurchaseStep::Sent),
        purchase_answer().prop_map(PurchaseStep::Paid),
        Just(PurchaseStep::Void),
    ]
}
