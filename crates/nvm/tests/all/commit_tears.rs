//! Power fails in a commit, in the recovery, and in the commit after it.

use nvm::NvmError::PowerLost;
use nvm::OpenError;
use nvm::memory::{Ram, Tear};

use crate::common::{SLOT, commit_all, content, fills, formatted, open, payload, tears};

const COMMITS: u64 = 4;
/// The slot written before the `sync`, and its mirror.
const WRITES: u64 = 2;

/// Tears the commits of payloads 1 to `COMMITS`. Gives the memory and the number of acknowledged commits.
fn torn(start: &Ram, tear: Tear) -> (Ram, u64) {
    let mut ram = start.clone();
    ram.arm(tear);
    let (acknowledged, error) = commit_all(&mut ram, 1..=COMMITS);
    assert_eq!(error, Some(PowerLost), "{tear:?}");
    assert_eq!(acknowledged, (tear.write - 1) / WRITES, "{tear:?}");
    (ram, acknowledged)
}

/// The payload that the recovery takes after this tear, checked against what it may be.
fn recovered(ram: &mut Ram, acknowledged: u64, tear: Tear) -> u64 {
    let found = content(ram);
    let before = found == payload(acknowledged);
    let after = found == payload(acknowledged + 1);
    assert!(before || after, "neither before nor after: {tear:?}");
    let commit_point_reached = tear.write.is_multiple_of(WRITES);
    assert!(after || !commit_point_reached, "a commit behind its commit point was lost: {tear:?}");
    if before { acknowledged } else { acknowledged + 1 }
}

#[test]
fn torn_once() {
    let start = formatted();
    let (mut cases, mut kept_before, mut kept_after) = (0, 0, 0);
    for tear in tears(COMMITS * WRITES, SLOT) {
        let (mut ram, acknowledged) = torn(&start, tear);
        let taken = recovered(&mut ram, acknowledged, tear);
        assert_eq!(commit_all(&mut ram, 50..52), (2, None));
        assert_eq!(content(&mut ram), payload(51), "{tear:?}");
        cases += 1;
        kept_before += u32::from(taken == acknowledged);
        kept_after += u32::from(taken > acknowledged);
    }
    assert!(kept_before > 0 && kept_after > 0);
    println!(
        "commit torn once: {cases} cases, {kept_before} wholly before, {kept_after} wholly after"
    );
}

#[test]
fn torn_again_in_the_recovery() {
    let start = formatted();
    let (mut cases, mut in_recovery) = (0, 0);
    for first in tears(COMMITS * WRITES, SLOT) {
        let (ram, acknowledged) = torn(&start, first);
        let taken = recovered(&mut ram.clone(), acknowledged, first);
        for second in tears(1, SLOT) {
            let mut ram = ram.clone();
            ram.power_on();
            ram.arm(second);
            let outcome = open(&mut ram).map(|image| image.payload().to_vec());
            match outcome {
                Ok(found) => assert_eq!(found, payload(taken)),
                Err(error) => {
                    assert_eq!(error, OpenError::Nvm(PowerLost), "{first:?} {second:?}");
                    in_recovery += 1;
                }
            }
            assert_eq!(content(&mut ram), payload(taken), "{first:?} {second:?}");
            assert_eq!(commit_all(&mut ram, 60..61), (1, None));
            assert_eq!(content(&mut ram), payload(60), "{first:?} {second:?}");
            cases += 1;
        }
    }
    assert!(in_recovery > 0);
    println!("commit torn, recovery torn: {cases} cases, {in_recovery} with a recovery to tear");
}

#[test]
fn torn_again_in_the_next_commit() {
    let start = formatted();
    let mut cases = 0;
    for first in tears(2 * WRITES, SLOT) {
        let (mut ram, acknowledged) = torn(&start, first);
        let taken = recovered(&mut ram, acknowledged, first);
        for second in tears(WRITES, SLOT) {
            let mut ram = ram.clone();
            ram.arm(second);
            assert_eq!(commit_all(&mut ram, 70..71), (0, Some(PowerLost)));
            let found = content(&mut ram);
            let before = found == payload(taken) && second.write == 1;
            assert!(before || found == payload(70), "{first:?} {second:?}");
            cases += 1;
        }
    }
    println!("commit torn, next commit torn: {cases} cases");
}

#[test]
fn power_cut_at_rest_loses_no_commit() {
    let mut ram = formatted();
    let mut cases = 0;
    for n in 1..40 {
        assert_eq!(commit_all(&mut ram, n..=n), (1, None));
        for fill in fills(n) {
            let mut ram = ram.clone();
            ram.cut_power(fill);
            assert_eq!(content(&mut ram), payload(n), "{fill:?}");
            cases += 1;
        }
    }
    println!("power cut at rest: {cases} cases");
}
