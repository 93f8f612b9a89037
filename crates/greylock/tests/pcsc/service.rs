//! A pcscd of a test's own: its folder, its ports, its socket.

use std::io::{BufRead as _, BufReader, Read as _};
use std::net::TcpListener;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

/// A running pcscd with two virtual readers, "Pump 00 00" and "Pump 00 01".
pub(crate) struct Service {
    folder: TempDir,
    port: u16,
    pcscd: Child,
}

/// pcscd knows one place for its socket: a mount of its own puts it into the test's folder.
const SCRIPT: &str =
    "mkdir -p /run/pcscd && mount --bind run /run/pcscd && exec pcscd -f -i -c \"$PWD/conf\"";
const DRIVER: &str = "/usr/lib/pcsc/drivers/serial/libifdvpcd.so";

impl Service {
    /// Starts it and waits until it is ready.
    pub(crate) fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("conf")).unwrap();
        let port = two_free_ports();
        let reader = format!(
            "FRIENDLYNAME \"Pump\"\nDEVICENAME /dev/null:0x{port:X}\nLIBPATH {DRIVER}\nCHANNELID 0x{port:X}\n"
        );
        std::fs::write(folder.path().join("conf/vpcd"), reader).unwrap();
        let pcscd = spawn(&folder);
        Self { folder, port, pcscd }
    }

    /// Its process.
    pub(crate) fn id(&self) -> u32 {
        self.pcscd.id()
    }

    /// Ends it, as a crash would.
    pub(crate) fn kill(&mut self) {
        self.pcscd.kill().unwrap();
        self.pcscd.wait().unwrap();
    }

    /// Ends it and starts it again, with the same readers.
    pub(crate) fn restart(&mut self) {
        self.kill();
        self.pcscd = spawn(&self.folder);
    }

    /// Where reader 0 or 1 listens for a virtual chip.
    pub(crate) fn vpcd(&self, reader: u16) -> String {
        format!("127.0.0.1:{}", self.port + reader)
    }

    /// Where its clients find it.
    pub(crate) fn socket(&self) -> PathBuf {
        self.folder.path().join("run/pcscd.comm")
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ended_before = self.pcscd.kill();
        let _status = self.pcscd.wait();
    }
}

fn spawn(folder: &TempDir) -> Child {
    let run = folder.path().join("run");
    let _first_time = std::fs::remove_dir_all(&run);
    std::fs::create_dir(&run).unwrap();
    let mut command = Command::new("unshare");
    command.args(["-m", "bash", "-c", SCRIPT]).current_dir(folder.path());
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut pcscd = command.spawn().unwrap();
    let mut log = BufReader::new(pcscd.stdout.take().unwrap());
    let mut heard = String::new();
    while !heard.contains("daemon ready") {
        let read = log.read_line(&mut heard).unwrap();
        assert_ne!(read, 0, "pcscd did not start (`cargo xtask setup`, and root): {heard}");
    }
    // It says so a moment before it listens.
    while UnixStream::connect(run.join("pcscd.comm")).is_err() {
        assert!(pcscd.try_wait().unwrap().is_none(), "pcscd ended: {heard}");
        std::thread::yield_now();
    }
    // It writes on, and stops when nobody reads.
    std::thread::spawn(move || log.read_to_end(&mut Vec::new()));
    pcscd
}

fn two_free_ports() -> u16 {
    loop {
        let first = TcpListener::bind(("0.0.0.0", 0)).unwrap();
        let port = first.local_addr().unwrap().port();
        if port < u16::MAX && TcpListener::bind(("0.0.0.0", port + 1)).is_ok() {
            return port;
        }
    }
}
