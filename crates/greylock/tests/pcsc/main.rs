//! Cards and PSAMs in readers: a pcscd of each test's own, its virtual readers, and the real binary.
//! They need root (or `unshare` without it) and are run by `cargo xtask pcsc`.

#[cfg(test)]
mod bench;
#[cfg(test)]
mod between;
#[cfg(test)]
mod breaks;
#[cfg(test)]
#[path = "../cli/console.rs"]
mod console;
#[cfg(test)]
mod forecourt;
#[cfg(test)]
mod foreign;
#[cfg(test)]
mod held;
#[cfg(test)]
mod issuer;
#[cfg(test)]
mod perso;
#[cfg(test)]
mod rows;
#[cfg(test)]
mod scripts;
#[cfg(test)]
mod service;
#[cfg(test)]
mod station;
#[cfg(test)]
mod t0;
#[cfg(test)]
mod visits;
#[cfg(test)]
#[path = "../cli/world.rs"]
#[allow(dead_code, reason = "the tests of the command line use the rest")]
mod world;
