//! A small disk of a station's own, that can be filled to its last byte.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use ordeal::process::run;

/// Six times what a station keeps free for open locks: with less than four times that it warns.
const SIZE: &str = "size=96m";

/// Goes with its town.
pub struct Disk(PathBuf);

impl Disk {
    /// In memory; only root can make one.
    pub fn mount(at: &Path) -> Result<Self, String> {
        std::fs::create_dir_all(at).unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", SIZE, "greylock-siege"]).arg(at);
        run(&mut mount).map(|_| Self(at.to_owned()))
    }

    fn ballast(&self) -> PathBuf {
        self.0.join("ballast")
    }

    /// Takes what room there is, to the last byte.
    pub fn fill(&self) {
        let mut ballast =
            std::fs::File::options().append(true).create(true).open(self.ballast()).unwrap();
        for piece in [1 << 20, 1 << 12, 1 << 9] {
            while ballast.write_all(&vec![1; piece]).is_ok() {}
        }
    }

    /// Gives it back.
    pub fn make_room(&self) {
        let _it_may_be_there = std::fs::remove_file(self.ballast());
    }

    pub fn is_full(&self) -> bool {
        self.ballast().exists()
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(&self.0).status();
    }
}
