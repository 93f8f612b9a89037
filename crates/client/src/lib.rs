//! The centre from afar: its HTTP interface as calls that wait for their answer.
//!
//! | module | holds |
//! |---|---|
//! | [`Address`] | where the server is |
//! | [`Caller`] | who asks: a certificate, or in development a token or a station's name |
//! | [`Client`] | one connection after another, documents there and back |
//! | `station`, `operator` | the resources of each, one method for each |
//! | [`SiteClient`] | a running station, asked for visits and looked at |
//! | [`Pages`] | a list, page after page |
//! | [`Heard`] | the centre's time, as its answers say it |
//! | [`Events`] | what stations hear without asking, from where they stopped |
//! | [`Switch`] | cuts a line, for whoever ends a program or plays with it |
//! | [`ServerLink`] | a station's link to the centre over all this |
//! | [`ClientError`] | whose fault it is, and whether the same request may be sent again |
//!
//! A shell: sockets, and the clock of the machine for timeouts. No rule of the protocol stands here.
//!
//! Invariant: without TLS nothing is asked but of a loopback address: a token never crosses a network in the clear.
//!
//! Invariant: a request is sent a second time at most, and only after its connection broke: every write to a centre is
//! idempotent by its natural id. What a station is asked to do with a card is sent once: twice could try a PIN twice.
#![forbid(unsafe_code)]

mod address;
mod caller;
mod connection;
mod error;
mod events;
mod heard;
mod http;
mod link;
mod operator;
mod paging;
mod site;
mod station;
mod switch;

pub use address::Address;
pub use caller::Caller;
pub use error::{ClientError, Kind};
pub use events::{Events, Sign, Told};
pub use heard::Heard;
pub use http::{Client, Limits};
pub use link::ServerLink;
pub use operator::Wanted;
pub use paging::Pages;
pub use site::SiteClient;
pub use switch::Switch;
