//! A folder with keys, a card and a PSAM, and the binary to run in it.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

pub(crate) const ASN: &str = "6280100000000017";
pub(crate) const TID: &str = "112233445566";
pub(crate) const SELECT: &str = "00a404000aa0000000034752455931";
pub(crate) const VERIFY: &str = "0020000003123456";
pub(crate) const INITIALIZE: &str = "e07a08010701112233445566";
pub(crate) const STATUS: &str = "e0ca000000";

/// What a run gave.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Done {
    pub(crate) fn of(output: &Output) -> Self {
        Self {
            code: output.status.code().unwrap(),
            out: String::from_utf8(output.stdout.clone()).unwrap(),
            err: String::from_utf8(output.stderr.clone()).unwrap(),
        }
    }

    /// Stdout, of a run that was done.
    pub(crate) fn done(self) -> String {
        assert_eq!(self.code, 0, "{self:?}");
        self.out
    }

    /// Stdout as one document, with nothing beside it.
    pub(crate) fn document(&self) -> Value {
        assert_eq!(self.out.lines().count(), 1, "{self:?}");
        serde_json::from_str(&self.out).unwrap()
    }

    /// The run was refused as wrong use, with a message that holds `words` and nothing on stdout.
    pub(crate) fn is_wrong_use(&self, words: &str) {
        assert_eq!(self.code, 2, "{self:?}");
        assert!(self.err.contains(words), "{words}: {self:?}");
        assert!(self.out.is_empty(), "{self:?}");
    }
}

/// A folder.
pub(crate) struct World(TempDir);

impl World {
    /// An empty folder.
    pub(crate) fn empty() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// With `keys.toml`, `card.img` (150000 cents) and `psam.img`.
    pub(crate) fn new() -> Self {
        let world = Self::empty();
        world.run("keys new --out keys.toml").done();
        world
            .run(&format!(
                "card issue --keys keys.toml --asn {ASN} --balance 150000 --out card.img"
            ))
            .done();
        world.run(&format!("psam issue --keys keys.toml --tid {TID} --out psam.img")).done();
        world
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// The folder that commands run in.
    pub(crate) fn folder(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn bytes(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap()
    }

    pub(crate) fn put(&self, name: &str, bytes: &[u8]) {
        std::fs::write(self.path(name), bytes).unwrap();
    }

    /// The names in the folder, sorted.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.0.path()).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// The binary with these arguments, split at spaces.
    pub(crate) fn command(&self, arguments: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_greylock"));
        command
            .args(arguments.split_whitespace())
            .current_dir(self.0.path())
            .env_remove("GREYLOCK_PIN")
            .env_remove("COLUMNS")
            .stdin(Stdio::null());
        command
    }

    pub(crate) fn run(&self, arguments: &str) -> Done {
        Done::of(&self.command(arguments).output().unwrap())
    }

    /// With something on stdin.
    pub(crate) fn feed(&self, arguments: &str, stdin: &str) -> Done {
        let mut command = self.command(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // A session that ends early does not read the rest.
        let _unread = child.stdin.take().unwrap().write_all(stdin.as_bytes());
        Done::of(&child.wait_with_output().unwrap())
    }

    /// `card show` of an image, as a document.
    pub(crate) fn show(&self, image: &str) -> Value {
        serde_json::from_str(&self.run(&format!("card show {image} --json")).done()).unwrap()
    }
}
