//! A process that is killed and started again, the lines to it, its clock and its disk.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use ordeal::process::{Plan, Server, has_bug};

use crate::disk::Disk;
use crate::line::Line;

/// A process that may be down.
pub struct Place {
    plan: Plan,
    server: Mutex<Option<Server>>,
    /// What servers said that are not there any more.
    heard: Mutex<Vec<String>>,
    /// Where others know it: each has a line of his own, which can be cut alone.
    pub lines: Vec<Line>,
    clock: PathBuf,
    /// Of its data; none where none can be made.
    pub disk: Option<Disk>,
}

impl Place {
    pub fn new(mut plan: Plan, clock: PathBuf, lines: usize) -> Self {
        plan.environment.extend(clock_of(&clock));
        let lines = (0..lines).map(|_| Line::new()).collect();
        let place = Self {
            plan,
            server: Mutex::default(),
            heard: Mutex::default(),
            lines,
            clock,
            disk: None,
        };
        place.set_clock(0);
        place
    }

    /// Starts it, and waits until it serves.
    pub fn up(&self) -> Result<(), String> {
        let mut server = held(&self.server);
        if server.is_none() {
            let started = Server::start(&self.plan)?;
            let address = started.address().inspect_err(|_| forget_clock(started.id()))?;
            self.lines.iter().for_each(|line| line.leads_to(Some(&address)));
            *server = Some(started);
        }
        Ok(())
    }

    fn down(&self) -> Option<Server> {
        self.lines.iter().for_each(|line| line.leads_to(None));
        let server = held(&self.server).take();
        held(&self.heard).extend(server.iter().flat_map(Server::said));
        server
    }

    /// `kill -9`. It must have run until then, and have told of no bug.
    pub fn kill(&self) {
        if let Some(server) = self.down() {
            let id = server.id();
            let killed = server.kill();
            forget_clock(id);
            killed.unwrap();
        }
    }

    /// Killed before it can serve, or just when it does. Where its disk is full it may have refused to.
    pub fn kill_while_it_starts(&self, microseconds: u64) {
        self.kill();
        let server = Server::start(&self.plan).unwrap();
        idle(microseconds);
        let id = server.id();
        let killed = server.kill();
        forget_clock(id);
        let is_full = self.disk.as_ref().is_some_and(Disk::is_full);
        killed.or_else(|why| if is_full && !has_bug(&why) { Ok(()) } else { Err(why) }).unwrap();
    }

    /// SIGTERM, and a good end.
    pub fn stop(&self) {
        if let Some(server) = self.down() {
            let id = server.id();
            let stopped = server.stop();
            forget_clock(id);
            let (well, said) = stopped.unwrap();
            assert!(well, "{said:#?}");
            held(&self.heard).extend(said);
        }
    }

    /// Moves its clock so many seconds from the true one, also while it runs.
    pub fn set_clock(&self, seconds: i64) {
        let (beside, text) = (self.clock.with_extension("new"), format!("{seconds:+}\n"));
        std::fs::write(&beside, text).unwrap();
        std::fs::rename(beside, &self.clock).unwrap();
    }

    /// What it said since this was asked last, through all its lives.
    pub fn said(&self) -> Vec<String> {
        let mut said = std::mem::take(&mut *held(&self.heard));
        said.extend(held(&self.server).iter().flat_map(Server::said));
        said
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // A mount cannot go before the process that has files there. It may have ended, which has been said by then.
        if let Some(server) = self.down() {
            let id = server.id();
            drop(server);
            forget_clock(id);
        }
    }
}

/// Also when something has failed meanwhile, so that it can still be said what.
fn held<T>(what: &Mutex<T>) -> MutexGuard<'_, T> {
    what.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Lets a moment go by: of chance, never for something to happen.
#[expect(clippy::disallowed_methods, reason = "the moment of a blow is chance")]
pub fn idle(microseconds: u64) {
    std::thread::sleep(std::time::Duration::from_micros(microseconds));
}

/// A clock that is read from a file, by a library that goes before the system's (Debian: `libfaketime`).
fn clock_of(file: &Path) -> Vec<(OsString, OsString)> {
    let set = |name: &str, value: OsString| (name.into(), value);
    vec![
        set("LD_PRELOAD", library().into()),
        set("FAKETIME_TIMESTAMP_FILE", file.into()),
        set("FAKETIME_NO_CACHE", "1".into()),
        set("FAKETIME_DONT_FAKE_MONOTONIC", "1".into()),
    ]
}

fn library() -> PathBuf {
    let folders = std::fs::read_dir("/usr/lib").unwrap().map_while(Result::ok);
    let of = |folder: std::fs::DirEntry| folder.path().join("faketime/libfaketimeMT.so.1");
    let found = folders.map(of).find(|path| path.exists());
    found.expect("libfaketime is not installed: run cargo xtask setup")
}

/// What that library leaves behind of a process that was killed; the next one with its number would stumble over it.
fn forget_clock(id: u32) {
    for name in [format!("faketime_shm_{id}"), format!("sem.faketime_sem_{id}")] {
        let _it_may_be_gone = std::fs::remove_file(Path::new("/dev/shm").join(name));
    }
}
