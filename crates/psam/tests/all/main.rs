//! The PSAM from outside: bytes in, bytes out, and a memory that can be torn.
//!
//! The exhaustive tests print how many cases they went through: `cargo test -p psam -- --nocapture`.

#[cfg(test)]
mod support;

#[cfg(test)]
mod claims;
#[cfg(test)]
mod frozen;
#[cfg(test)]
mod model;
#[cfg(test)]
mod power;
#[cfg(test)]
mod purchase;
#[cfg(test)]
mod slots;
#[cfg(test)]
mod table;
#[cfg(test)]
mod tears;
