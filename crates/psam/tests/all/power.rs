//! Power, reset, a memory that fails, and what each command writes.

use nvm::memory::{Fill, Ram};
use nvm::{Image, Kind, NvmError, OpenError, Spec};
use psam::{FORMAT, IMAGE_LEN, PowerLost, Psam};
use wire::{PsamCommand, Ttc};

use crate::support::*;

#[test]
fn power_on_of_a_clean_image_writes_nothing() {
    let mut sam = new_sam();
    Card::new(1, SEED).give(&mut sam, 1);
    let ram = Ram::holding(sam.into_nvm().bytes, false);
    let mut sam = sam_in(ram.clone());
    assert_eq!(sam.nvm_mut().writes, 0);
    assert_eq!(sam.nvm_mut().bytes, ram.bytes);
}

#[test]
fn nothing_is_selected_after_power_on_and_after_reset() {
    let mut sam = Psam::power_on(new_sam().into_nvm()).unwrap();
    let read = [0, 0xB0, 0x95, 0, 0];
    assert_eq!(send(&mut sam, &read).1, 0x6985);
    select(&mut sam);
    assert_eq!(send(&mut sam, &read).1, 0x9000);
    sam.reset();
    assert_eq!(send(&mut sam, &read).1, 0x6985);
}

/// A lock goes on in a new session: nothing of it is only in RAM.
#[test]
fn a_lock_goes_on_after_power_loss_between_any_two_commands() {
    let mut sam = power_cycle(new_sam());
    let session = Card::new(1, SEED).start(&mut sam);
    for command in
        [session.wrong_certificate(), session.certificate(), session.debit(9), session.get_gmac()]
    {
        sam = power_cycle(sam);
        status(&mut sam, &command);
    }
    let mut sam = power_cycle(sam);
    assert_eq!(send(&mut sam, &session.get_gmac().encode()), (session.expected(9), 0x9000));
}

#[test]
fn any_failure_of_the_memory_makes_it_mute_until_power_on() {
    for writes in 0..2 {
        let mut sam = new_sam();
        let session = Card::new(1, SEED).certify(&mut sam);
        let view = sam.view();
        sam.nvm_mut().fail_writes_after(writes);
        assert_eq!(sam.transmit(&session.debit(5).encode()), Err(PowerLost));
        assert_eq!(sam.failure(), Some(NvmError::Failed));
        assert_eq!(sam.view(), view, "RAM is never ahead of the answer");
        sam.nvm_mut().power_on();
        sam.reset();
        assert_eq!(
            sam.transmit(&select_application()),
            Err(PowerLost),
            "the memory works again, the PSAM not yet"
        );
        assert_eq!(sam.transmit(&[]), Err(PowerLost));

        let mut sam = power_cycle(sam);
        assert_eq!(sam.failure(), None);
        let given = sam.view().pending().any(|lock| lock.given.is_some());
        assert_eq!(given, writes == 1, "the commit point lies between the two writes");
        assert_eq!(send(&mut sam, &session.debit(5).encode()), (session.expected(5), 0x9000));
    }
}

#[test]
fn personalise_needs_exactly_the_memory_and_a_cut_one_is_no_image() {
    for len in [0, IMAGE_LEN - 1, IMAGE_LEN + 1] {
        assert_eq!(
            Psam::personalise(Ram::fixed(len), &profile()).err(),
            Some(NvmError::OutOfRange)
        );
    }
    assert!(
        Psam::personalise(Ram::growing(), &profile()).unwrap().into_nvm().bytes.len() == IMAGE_LEN
    );
    let mut ram = Ram::fixed(IMAGE_LEN);
    ram.fail_writes_after(3);
    assert_eq!(Psam::personalise(&mut ram, &profile()).err(), Some(NvmError::Failed));
    ram.power_on();
    assert_eq!(Psam::power_on(ram).err(), Some(OpenError::NotAnImage));
}

#[test]
fn a_damaged_copy_is_repaired_and_two_are_refused() {
    let mut sam = new_sam();
    Card::new(1, SEED).certify(&mut sam);
    let view = sam.view();
    let bytes = sam.into_nvm().bytes;
    let slot = (IMAGE_LEN - payload(&bytes).len() - 16) - 100;
    for at in [slot, IMAGE_LEN - 100] {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0x10;
        let mut sam = Psam::power_on(Ram::holding(damaged, false)).unwrap();
        assert_eq!(sam.view(), view);
        assert_eq!(sam.nvm_mut().bytes, bytes);
    }
    let mut damaged = bytes.clone();
    damaged[slot] ^= 1;
    damaged[IMAGE_LEN - 100] ^= 1;
    assert_eq!(
        Psam::power_on(Ram::holding(damaged, false)).err(),
        Some(OpenError::BothCopiesDamaged)
    );
    let mut damaged = bytes;
    damaged[40] ^= 1;
    assert_eq!(Psam::power_on(Ram::holding(damaged, false)).err(), Some(OpenError::FixedDamaged));
}

/// An image whose CRCs hold and that is not a PSAM of this format.
fn image_of(spec: Spec, change: fn(&mut Vec<u8>, &mut Vec<u8>)) -> Ram {
    let bytes = new_sam().into_nvm().bytes;
    let mut fixed = bytes[nvm::HEADER_LEN..][..spec.fixed_len].to_vec();
    let mut content = payload(&bytes);
    change(&mut fixed, &mut content);
    let ram = Ram::fixed(IMAGE_LEN);
    Image::<_, SLOT_LEN>::format(ram, spec, &fixed, &content).unwrap().into_nvm()
}

#[test]
fn what_is_no_psam_of_this_format_is_refused() {
    let spec = Spec { kind: Kind::Psam, version: FORMAT, fixed_len: IMAGE_LEN - 40 - 2 * SLOT_LEN };
    let opened = |spec, change| Psam::power_on(image_of(spec, change)).err();
    assert_eq!(opened(spec, |_, _| {}), None);

    let later = Spec { version: FORMAT + 1, ..spec };
    let newer = OpenError::NewerVersion { known: FORMAT, found: FORMAT + 1 };
    assert_eq!(opened(later, |_, _| {}), Some(newer));
    let card = Spec { kind: Kind::Card, ..spec };
    let wrong_kind = OpenError::WrongKind { expected: Kind::Psam, found: Kind::Card.code() };
    assert_eq!(opened(card, |_, _| {}), Some(wrong_kind));

    // A scheme that there is not; a slot that says nothing known.
    assert_eq!(opened(spec, |fixed, _| fixed[29] = 7), Some(OpenError::FixedDamaged));
    assert_eq!(opened(spec, |_, content| content[4] = 9), Some(OpenError::BothCopiesDamaged));
}

/// TTC, TRN and MAC1 are durable before they leave, also when the image is cut off right behind the answer.
#[test]
fn no_ttc_comes_twice_and_trn_is_not_to_be_foreseen() {
    let mut sam = new_sam();
    let mut seen = std::collections::BTreeSet::new();
    for number in 0..200_u8 {
        let session = Card::new(number, SEED).start(&mut sam);
        assert_eq!(session.ttc, Ttc(u32::from(number) + 1));
        assert!(seen.insert(session.trn), "TRN repeats within two hundred");
        let mut ram = sam.into_nvm();
        ram.cut_power(Fill::Random(number.into()));
        ram.power_on();
        sam = sam_in(ram);
    }
}

#[test]
fn writes_and_syncs_of_each_command() {
    let mut sam = new_sam();
    let card = Card::new(1, SEED);
    let cost = |name: &str, bytes: &[u8], sam: &mut Sam, expected: (u64, u64)| {
        let before = (sam.nvm_mut().writes, sam.nvm_mut().syncs, sam.nvm_mut().written);
        let (_, status) = send(sam, bytes);
        let ram = sam.nvm_mut();
        let cost = (ram.writes - before.0, ram.syncs - before.1);
        println!(
            "{name}: {} writes, {} syncs, {} bytes, {status:04X}",
            cost.0,
            cost.1,
            ram.written - before.2
        );
        assert_eq!(cost, expected, "{name}");
    };
    println!("image: {IMAGE_LEN} bytes");
    cost("SELECT", &select_application(), &mut sam, (0, 0));
    cost("READ BINARY", &[0, 0xB0, 0x95, 0, 0], &mut sam, (0, 0));
    cost("INIT", &card.init().encode(), &mut sam, (2, 1));
    let session = Card::new(2, SEED).start(&mut sam);
    cost("CERTIFICATE wrong", &session.wrong_certificate().encode(), &mut sam, (2, 1));
    cost("CERTIFICATE right", &session.certificate().encode(), &mut sam, (4, 2));
    cost("CERTIFICATE again", &session.certificate().encode(), &mut sam, (0, 0));
    cost(
        "CERTIFICATE wrong on a certified lock",
        &session.wrong_certificate().encode(),
        &mut sam,
        (0, 0),
    );
    cost("DEBIT", &session.debit(1).encode(), &mut sam, (2, 1));
    cost("DEBIT again", &session.debit(1).encode(), &mut sam, (0, 0));
    cost("DEBIT of something else", &session.debit(2).encode(), &mut sam, (0, 0));
    cost("GET GMAC", &PsamCommand::GetGmac(session.ttc).encode(), &mut sam, (0, 0));
}

/// Neither `Debug` nor the view shows a key, a session key or a MAC.
#[test]
fn nothing_that_is_shown_holds_a_key() {
    let mut sam = new_sam();
    let session = Card::new(1, FIELD).give(&mut sam, 1);
    let shown = format!("{sam:?} {:?} {:?}", sam.view(), profile());
    let source = session.source();
    for secret in [main_key(SEED).expose(), main_key(FIELD).expose(), record_key().expose()] {
        assert!(!shown.contains(&format!("{secret:?}")) && !shown.contains(&hex::encode(secret)));
    }
    assert!(!shown.contains(&format!("{:?}", source.expose())));
    assert!(!shown.contains(&hex::encode(source.expose())));
}
