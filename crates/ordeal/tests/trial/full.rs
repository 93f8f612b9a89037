//! A disk that is full: what is asked meanwhile is answered that it may be asked again, and all goes on by itself
//! when there is room.
//!
//! The disk is a small one in memory, which only root can make: `cargo xtask ordeal` runs as root in CI. Without root
//! the test says that it did nothing.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use host::Input;
use ordeal::process::{Server, run};
use store::Reader;
use wire::Scheme;

use crate::base::{Base, Engine, seal};
use crate::driver::Driver;
use crate::support::keys;
use crate::town::{CARDS, Release, Town};
use crate::weigh::weigh;

/// How often it fills up.
const TIMES: usize = 5;

/// A disk of a few megabytes that goes with the test.
struct Disk(PathBuf);

impl Disk {
    fn mount(at: &Path) -> Option<Self> {
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=6m", "greylock-ordeal"]).arg(at);
        run(&mut mount).ok().map(|_| Self(at.to_owned()))
    }

    /// Takes what room there is.
    fn fill(&self) {
        use std::io::Write as _;
        let mut ballast = std::fs::File::create(self.0.join("ballast")).unwrap();
        for piece in [1 << 16, 1 << 12, 1 << 9] {
            while ballast.write_all(&vec![1; piece]).is_ok() {}
        }
    }

    fn make_room(&self) {
        std::fs::remove_file(self.0.join("ballast")).unwrap();
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(&self.0).status();
    }
}

/// Waits until so many more requests were answered that the books are away.
fn wait_away(town: &Town, more: u64) {
    let wanted = town.away.load(Ordering::Relaxed) + more;
    for _ in 0..6_000 {
        if town.away.load(Ordering::Relaxed) >= wanted {
            return;
        }
        town.idle(10_000);
    }
    panic!("the disk is full, and nothing is refused");
}

#[test]
#[ignore = "wants a server and a disk to fill: cargo xtask ordeal"]
fn a_full_disk_loses_nothing_and_is_got_over_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let Some(disk) = Disk::mount(folder.path()) else {
        println!("no disk can be made without root: nothing was tried");
        return;
    };
    let data = folder.path();
    seal(data);
    let base = Base::new(Engine::Sqlite, data);
    let town = Town::new("ordeal");
    let server = Server::start(&base.plan).unwrap();
    let told: Vec<Vec<Input>> = std::thread::scope(|scope| {
        let town = &town;
        let _release = Release(town);
        let drive = |card| {
            scope.spawn(move || {
                let _release = Release(town);
                Driver::new(town, card, 7).run()
            })
        };
        let drivers: Vec<_> = (0..CARDS).map(drive).collect();
        town.up(&server.address().unwrap());
        for _ in 0..TIMES {
            town.wait_answered(town.answered() + 40);
            disk.fill();
            wait_away(town, 20);
            disk.make_room();
        }
        town.wait_answered(town.answered() + 40);
        town.end();
        drivers.into_iter().map(|driver| driver.join().unwrap()).collect()
    });
    assert!(server.stop().unwrap().0);
    let mut reader = Reader::open(&base.place, Arc::new(keys(Scheme::Seed))).unwrap();
    weigh(&town, &mut reader, &told);
    println!(
        "disk full {TIMES} times: {} answered, {} times away",
        town.answered(),
        town.away.load(Ordering::Relaxed)
    );
    drop(reader);
    drop(disk);
    assert!(town.wrong().is_empty(), "{:#?}", town.wrong());
}
