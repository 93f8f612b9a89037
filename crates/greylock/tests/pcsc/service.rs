//! A pcscd of a test's own: its folder, its ports, its socket.

use std::io::{BufRead as _, BufReader, Read as _};
use std::net::TcpListener;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

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
        // Two that are free now may be somebody else's a moment later.
        (0..10).find_map(|_| Self::start_at(two_free_ports())).expect("two ports that are free")
    }

    fn start_at(port: u16) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("conf")).unwrap();
        let reader = format!(
            "FRIENDLYNAME \"Pump\"\nDEVICENAME /dev/null:0x{port:X}\nLIBPATH {DRIVER}\nCHANNELID 0x{port:X}\n"
        );
        std::fs::write(folder.path().join("conf/vpcd"), reader).unwrap();
        let pcscd = spawn(&folder)?;
        Some(Self { folder, port, pcscd })
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
        self.pcscd = spawn(&self.folder).expect("nobody took its ports");
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

/// What the driver of the readers says when it gets no port; pcscd goes on without the reader.
const NO_PORT: &str = "Could not initialize connection to virtual ICC";

/// Nothing when somebody else has a port of its readers.
fn spawn(folder: &TempDir) -> Option<Child> {
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
    if heard.contains(NO_PORT) {
        pcscd.kill().unwrap();
        pcscd.wait().unwrap();
        return None;
    }
    // It says so a moment before it listens.
    while UnixStream::connect(run.join("pcscd.comm")).is_err() {
        assert!(pcscd.try_wait().unwrap().is_none(), "pcscd ended: {heard}");
        std::thread::yield_now();
    }
    // It writes on, and stops when nobody reads.
    std::thread::spawn(move || log.read_to_end(&mut Vec::new()));
    Some(pcscd)
}

/// Below those that the system gives to whoever asks for any, and so nobody gets them while a pcscd is started again. Each
/// process begins elsewhere.
fn two_free_ports() -> u16 {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    loop {
        let place = std::process::id().wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed)) % 10_000;
        let port = 10_000 + 2 * u16::try_from(place).unwrap();
        if [port, port + 1].iter().all(|port| TcpListener::bind(("0.0.0.0", *port)).is_ok()) {
            return port;
        }
    }
}

#[test]
#[ignore = "needs a pcscd: cargo xtask pcsc"]
fn ports_that_somebody_has_are_left_to_him() {
    let port = two_free_ports();
    let _his = TcpListener::bind(("0.0.0.0", port + 1)).unwrap();
    assert!(Service::start_at(port).is_none());
}
