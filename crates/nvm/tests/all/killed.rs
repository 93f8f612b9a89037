//! The process dies but the power stays: what it wrote can be read and is not yet durable. Power fails later.

use nvm::NvmError::{Failed, PowerLost};
use nvm::memory::Ram;
use nvm::{Nvm, OpenError};

use crate::common::{
    SLOT, append_all, commit_all, content, fills, formatted, formatted_log, open, open_log,
    payload, record, records, tears,
};

/// A process that was killed right behind its `writes`-th write, or behind the `sync` that followed it. Gives the memory
/// and the number of acknowledged commits.
fn killed(start: &Ram, writes: u64, synced: bool) -> (Ram, u64) {
    let mut ram = start.clone();
    if synced {
        ram.fail_writes_after(writes);
    } else {
        ram.kill_after(writes);
    }
    let (acknowledged, error) = commit_all(&mut ram, 1..=4);
    assert_eq!(error, Some(Failed));
    ram.power_on();
    (ram, acknowledged)
}

/// Power fails where the next process stands: before it opens, behind its opening, in its recovery, in its commits.
#[test]
fn an_image_survives_a_kill_and_then_a_power_failure() {
    let mut start = formatted();
    // Generations of both parities come first, and a mirror that no sync has followed.
    assert_eq!(commit_all(&mut start, 90..91), (1, None));
    assert_eq!(commit_all(&mut start, 0..1), (1, None));
    let mut cases = 0;
    for (writes, synced) in (1..8).flat_map(|writes| [(writes, false), (writes, true)]) {
        let (ram, acknowledged) = killed(&start, writes, synced);
        let may_be = [payload(acknowledged), payload(acknowledged + 1)];
        for fill in fills(writes) {
            let mut before_opening = ram.clone();
            before_opening.cut_power(fill);
            assert!(
                may_be.map(Vec::from).contains(&content(&mut before_opening)),
                "{writes} {fill:?}"
            );

            let mut behind_opening = ram.clone();
            let seen = open(&mut behind_opening).unwrap().payload().to_vec();
            behind_opening.cut_power(fill);
            assert_eq!(
                content(&mut behind_opening),
                seen,
                "what was seen is durable: {writes} {fill:?}"
            );
            cases += 2;
        }
        let seen = content(&mut ram.clone());
        assert!(may_be.map(Vec::from).contains(&seen));
        for tear in tears(6, SLOT) {
            let mut ram = ram.clone();
            ram.arm(tear);
            let opened = open(&mut ram)
                .map(|mut image| (80..83).filter(|n| image.commit(&payload(*n)).is_ok()).count());
            let found = content(&mut ram);
            match opened {
                Err(error) => {
                    assert_eq!(error, OpenError::Nvm(PowerLost));
                    assert_eq!(found, seen, "{writes} {tear:?}");
                }
                Ok(0) => assert!(found == seen || found == payload(80), "{writes} {tear:?}"),
                Ok(n) => assert!(
                    [79, 80]
                        .map(|base| payload(base + n as u64))
                        .contains(&found.try_into().unwrap())
                ),
            }
            cases += 1;
        }
    }
    println!("image, killed and then cut: {cases} cases");
}

#[test]
fn a_log_survives_a_kill_and_then_a_power_failure() {
    let start = formatted_log();
    let mut cases = 0;
    for (writes, synced) in (1..12).flat_map(|writes| [(writes, false), (writes, true)]) {
        let mut ram = start.clone();
        if synced {
            ram.fail_writes_after(writes);
        } else {
            ram.kill_after(writes);
        }
        let (acknowledged, error) = append_all(&mut ram, 0..4);
        assert_eq!(error, Some(Failed));
        ram.power_on();
        for fill in fills(writes) {
            let mut ram = ram.clone();
            let (log, seen) = open_log(&mut ram).unwrap();
            assert!([acknowledged, acknowledged + 1].contains(&log.records()));
            ram.cut_power(fill);
            assert_eq!(records(&mut ram), seen, "what was seen is durable: {writes} {fill:?}");
            assert!(seen.iter().zip(0..).all(|(found, n)| *found == record(n)));
            cases += 1;
        }
    }
    println!("log, killed and then cut: {cases} cases");
}

/// A commit calls `sync` once, and so does an append.
#[test]
fn syncs_are_few() {
    let mut ram = formatted();
    let syncs = ram.syncs;
    assert_eq!(commit_all(&mut ram, 1..11), (10, None));
    assert_eq!(ram.syncs - syncs, 1 + 10, "one for opening, one a commit");

    let mut ram = formatted_log();
    let syncs = ram.syncs;
    assert_eq!(append_all(&mut ram, 1..11), (10, None));
    assert_eq!(ram.syncs - syncs, 1 + 10, "one for opening, one an append");
    assert!(!ram.is_empty());
}
