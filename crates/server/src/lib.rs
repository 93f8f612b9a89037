//! The central computer as a server: HTTP and JSON over the books.
//!
//! | module | holds |
//! |---|---|
//! | [`App`] | the desk that writes, connections that read, the clock |
//! | `api` | the resources, one file for each family |
//! | [`Caller`] | who calls, and what he may do |
//! | [`feed`] | events to stations, live |
//! | [`problem`] | refusals as RFC 9457 problems |
//! | [`words`] | the rules' answers as documents |
//!
//! Who calls is found out by the shell around this crate, by certificate or token; here it is an extension of the
//! request. The shell also brings the socket, the vault and the time.
//!
//! Invariant: a handler that needs a station or an operator takes it as an argument; there is no other way to the
//! name.
//!
//! Invariant: nothing that a database says leaves in an answer.
#![forbid(unsafe_code)]

mod api;
mod app;
mod body;
mod caller;
pub mod feed;
pub mod figures;
mod paging;
mod part;
pub mod problem;
mod trail;
pub mod words;

pub use api::{figures_router, resources, router};
pub use app::{App, Clock, Instance, Shared};
pub use caller::Caller;
pub use trail::REQUEST_ID;
