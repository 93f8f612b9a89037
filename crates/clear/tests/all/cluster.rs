//! The same day through a scheduler and two executors as processes: the same bytes.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use crate::maker::{DAY, tac_seen, write};
use crate::runs::{files, some_day};

/// A process that ends with its test.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_greylock-clear"));
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

/// Starts what listens at the address that it is given, and returns once it does. A port that is free may be somebody
/// else's a moment later: then the process ends, and another port is tried.
fn listening(command: impl Fn(SocketAddr) -> Command) -> (SocketAddr, Process) {
    let started = (0..10).find_map(|_| {
        let address = free_address();
        let mut process = Process(command(address).spawn().unwrap());
        is_up(address, &mut process).then_some((address, process))
    });
    started.expect("it listens at one of ten ports")
}

/// Waits until somebody listens there; false when the process that should has ended.
fn is_up(address: SocketAddr, process: &mut Process) -> bool {
    let begun = Instant::now();
    while TcpStream::connect(address).is_err() {
        if process.0.try_wait().unwrap().is_some() {
            return false;
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "nobody listens on {address}");
        std::thread::yield_now();
    }
    true
}

/// The first of these folders in which something lies, at any depth, once there is one.
fn first_with_work(folders: &[PathBuf]) -> usize {
    let begun = Instant::now();
    loop {
        if let Some(place) = folders.iter().position(|folder| holds_a_file(folder)) {
            return place;
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "nothing came to {folders:?}");
        std::thread::yield_now();
    }
}

fn holds_a_file(folder: &Path) -> bool {
    let Ok(entries) = std::fs::read_dir(folder) else { return false };
    entries.flatten().any(|entry| entry.path().is_file() || holds_a_file(&entry.path()))
}

struct Cluster {
    scheduler: SocketAddr,
    executors: Vec<Process>,
    _scheduler: Process,
}

impl Cluster {
    fn start(folder: &Path, executors: usize) -> Self {
        let keys_file = folder.join("keys.toml");
        std::fs::write(&keys_file, crate::maker::keys_file()).unwrap();
        let (scheduler, process) = listening(|address| {
            let mut command = program();
            command.args(["scheduler", "--listen", &address.to_string()]);
            command
        });
        let executor = |place: usize| {
            let work = folder.join(format!("work{place}"));
            let (_, process) = listening(|address| {
                let mut command = program();
                command.args(["executor", "--threads", "1", "--listen", &address.to_string()]);
                command.args(["--scheduler", &scheduler.to_string(), "--keys"]).arg(&keys_file);
                command.arg("--work").arg(&work);
                command
            });
            process
        };
        let executors = (0..executors).map(executor).collect();
        Self { scheduler, executors, _scheduler: process }
    }

    fn command(&self, day: &Path, date: u32, out: &Path) -> Command {
        let mut command = program();
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command.args(["run", "--threads", "4", "--day", &format!("{date:08X}"), "--scheduler"]);
        command.arg(format!("df://{}", self.scheduler)).arg("--out").arg(out).arg(day);
        command
    }
}

fn here(folder: &Path, day: &Path, date: u32, out: &Path) -> Command {
    let mut command = program();
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command.args(["run", "--day", &format!("{date:08X}"), "--keys"]).arg(folder.join("keys.toml"));
    command.arg("--out").arg(out).arg(day);
    command
}

fn done(output: &Output) {
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{:?}: {told}", output.status.code());
}

fn same(one: &Path, other: &Path) {
    let (one, other) = (files(one), files(other));
    assert_eq!(one.keys().collect::<Vec<_>>(), other.keys().collect::<Vec<_>>());
    for (name, bytes) in &one {
        assert!(other[name] == *bytes, "{name} differs");
    }
}

#[test]
fn a_cluster_says_the_same_to_the_byte() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| -> PathBuf { folder.path().join(name) };
    let cluster = Cluster::start(folder.path(), 2);
    let rows = some_day();
    std::fs::create_dir(path("day")).unwrap();
    for (place, rows) in rows.chunks(120).enumerate() {
        write(&path("day").join(format!("{place}.parquet")), rows);
    }
    done(&here(folder.path(), &path("day"), DAY, &path("here")).output().unwrap());
    done(&cluster.command(&path("day"), DAY, &path("there")).output().unwrap());
    same(&path("here"), &path("there"));
    let freed: Vec<_> =
        rows.iter().filter(|row| row.kind == 2).map(|row| tac_seen(row, 9)).collect();
    write(&path("freed.parquet"), &freed);
    let next =
        |mut command: Command| done(&command.arg("--previous").arg(path("here")).output().unwrap());
    next(here(folder.path(), &path("freed.parquet"), DAY + 1, &path("next here")));
    next(cluster.command(&path("freed.parquet"), DAY + 1, &path("next there")));
    same(&path("next here"), &path("next there"));
}

#[test]
fn a_cluster_bears_the_loss_of_an_executor() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| -> PathBuf { folder.path().join(name) };
    let mut cluster = Cluster::start(folder.path(), 2);
    std::fs::create_dir(path("day")).unwrap();
    for part in 0..8_u64 {
        let rows: Vec<_> = some_day().into_iter().map(|row| moved(row, part)).collect();
        write(&path("day").join(format!("{part}.parquet")), &rows);
    }
    done(&here(folder.path(), &path("day"), DAY, &path("here")).output().unwrap());
    let run = cluster.command(&path("day"), DAY, &path("there")).spawn().unwrap();
    let works = first_with_work(&[path("work0"), path("work1")]);
    drop(cluster.executors.remove(works));
    done(&run.wait_with_output().unwrap());
    same(&path("here"), &path("there"));
}

/// The same for other stations, whose codes are wrong then: there is more to do, and all of it is told of.
fn moved(row: clear::row::Row, part: u64) -> clear::row::Row {
    clear::row::Row { tid: row.tid + (part << 32), ..row }
}
