//! Records, journal entries and reports: there and back, whole and nothing but whole.

use proptest::prelude::*;
use wire::record::{Layout, decode, encode};
use wire::{
    Certified, Claim, ClaimedRecord, Delivery, Entry, LockId, LockTerms, Report, Stamp, Step,
};

use crate::{any, any_purchase};

/// The value comes back from its bytes, and from no part of them and nothing longer.
fn whole<T: Layout + PartialEq + core::fmt::Debug>(value: &T) -> Result<(), TestCaseError> {
    let bytes = encode(value);
    let again = decode::<T>(&bytes);
    prop_assert_eq!(again.as_ref(), Some(value));
    for len in 0..bytes.len() {
        prop_assert!(decode::<T>(&bytes[..len]).is_none(), "{} of {} bytes", len, bytes.len());
    }
    prop_assert!(decode::<T>(&[bytes.as_slice(), &[0]].concat()).is_none());
    Ok(())
}

/// Whatever decodes encodes to the bytes it came from.
fn holds<T: Layout>(bytes: &[u8]) -> Result<(), TestCaseError> {
    if let Some(value) = decode::<T>(bytes) {
        let again = encode(&value);
        prop_assert_eq!(again.as_slice(), bytes);
    }
    Ok(())
}

fn holds_for_all(bytes: &[u8]) -> Result<(), TestCaseError> {
    holds::<Stamp>(bytes)?;
    holds::<LockId>(bytes)?;
    holds::<LockTerms>(bytes)?;
    holds::<Certified>(bytes)?;
    holds::<Delivery>(bytes)?;
    holds::<Claim>(bytes)?;
    holds::<ClaimedRecord>(bytes)?;
    holds::<Entry>(bytes)?;
    holds::<Report>(bytes)
}

/// Some bytes of a layout changed.
fn spoiled(bytes: &[u8], changes: &[(prop::sample::Index, u8)]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for (at, byte) in changes {
        let at = at.index(bytes.len());
        bytes[at] = *byte;
    }
    bytes
}

fn changes() -> impl Strategy<Value = Vec<(prop::sample::Index, u8)>> {
    let byte = prop_oneof![2 => 0..=0x12u8, 1 => any::<u8>()];
    prop::collection::vec((any::<prop::sample::Index>(), byte), 1..4)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn parts_come_back(
        stamp in any::stamp(), id in any::lock_id(), terms in any::terms(), certified in any::certified(),
        delivery in any::delivery(), claim in any::claim(), record in any::claimed_record(),
        purchase in any_purchase::purchase_terms(), answer in any_purchase::purchase_answer(),
    ) {
        whole(&purchase)?;
        whole(&answer)?;
        whole(&stamp)?;
        whole(&id)?;
        whole(&terms)?;
        whole(&certified)?;
        whole(&delivery)?;
        whole(&claim)?;
        whole(&record)?;
    }

    #[test]
    fn entries_come_back(entry in any::entry()) {
        whole(&entry)?;
        prop_assert_eq!(Entry::from_bytes(&entry.to_bytes()), Some(entry));
    }

    #[test]
    fn reports_come_back(report in any::report()) {
        whole(&report)?;
        prop_assert_eq!(Report::from_bytes(&report.to_bytes()), Some(report));
        prop_assert_eq!(report.to_bytes()[0], report.version());
        prop_assert!(report.version() <= Report::VERSION);
    }

    #[test]
    fn a_report_of_another_version_is_none(report in any::report(), version in any::<u8>()) {
        let mut bytes = report.to_bytes().to_vec();
        bytes[0] = version;
        prop_assert_eq!(Report::from_bytes(&bytes).is_some(), version == report.version());
    }

    #[test]
    fn what_decodes_encodes_to_the_same_bytes(entry in any::entry(), report in any::report(), changes in changes()) {
        holds_for_all(&spoiled(&entry.to_bytes(), &changes))?;
        holds_for_all(&spoiled(&report.to_bytes(), &changes))?;
        if let Entry::Lock { step: Step::LockSent(terms), .. } = entry {
            holds_for_all(&spoiled(&encode(&terms), &changes))?;
        }
    }

    #[test]
    fn bytes_never_stop_a_decoder(
        bytes in prop::collection::vec(any::<u8>(), 0..=256),
        small in prop::collection::vec(prop_oneof![8 => 0..=0x12u8, 1 => any::<u8>()], 0..=160),
    ) {
        holds_for_all(&bytes)?;
        holds_for_all(&small)?;
    }

    #[test]
    fn a_report_names_its_lock(
        record in any::claimed_record(), tac in any::mac(), asn in any::asn(), seen in any::status(true),
        purchase in any_purchase::purchase_terms(), answer in any_purchase::purchase_answer(),
    ) {
        let (id, terms) = (record.terms.id, record.terms);
        let place = Some((id.tid, id.ttc));
        for report in [
            Report::Sale(record, tac), Report::Grey(record), Report::NoDispense(terms),
            Report::Unproved(terms, record.certified, record.delivery),
        ] {
            prop_assert_eq!((report.lock(), report.lock_id()), (place, Some(id)));
        }
        let void = Report::Void(id.tid, id.ttc);
        prop_assert_eq!((void.lock(), void.lock_id()), (place, None));
        for report in [Report::Purchase(purchase, answer), Report::PurchaseUnknown(purchase)] {
            let id = purchase.id;
            prop_assert_eq!((report.lock(), report.lock_id()), (Some((id.tid, id.ttc)), Some(id)));
        }
        let seen = Report::TacSeen(asn, seen);
        prop_assert_eq!((seen.lock(), seen.lock_id()), (None, None));
    }
}
