//! The centre's small authority, and the listener that asks for its certificates.
//!
//! | module | holds |
//! |---|---|
//! | [`Authority`] | makes certificates of servers, stations and operators, and takes them back |
//! | [`server_config`], [`client_config`] | what both ends of a connection hold against each other |
//! | [`Peer`] | who a verified certificate names |
//! | [`sign`], [`verify`] | signatures that are checked without a network |
//! | [`is_from_here`] | what a page of another site asks on this machine |
//! | [`serve`] | takes connections, puts the [`Peer`] into every request, ends in good order |
//!
//! A shell: it reads and writes files and sockets. Keys and serial numbers come from the generator of `ring`, the
//! time of issuing from the caller; connections are checked against the clock of this machine.
//!
//! Invariant: without TLS nothing is served but on a loopback address.
//!
//! Invariant: who a request is from is said by the certificate of its own connection: no session is resumed.
#![forbid(unsafe_code)]

mod authority;
mod config;
mod error;
mod facts;
mod file;
mod here;
mod name;
mod pair;
mod peer;
mod revoked;
mod serve;
mod signature;
mod subject;

pub use authority::{AUTHORITY_DAYS, Authority, CERTIFICATE, KEY, REVOKED};
pub use config::{Clients, Identity, Trust, client_config, server_config};
pub use error::{Kind, PkiError};
pub use facts::{Facts, Holder, Serial};
pub use here::is_from_here;
pub use name::{Name, NameError};
pub use pair::{Issued, Pair};
pub use peer::Peer;
pub use revoked::Revoked;
pub use rustls::ServerConfig;
pub use rustls::pki_types::{CertificateDer, UnixTime};
pub use serve::{Door, Ending, Event, Limits, Tls, serve};
pub use signature::{sign, verify};
pub use subject::{ServerNames, Subject};
