//! A running station over HTTP: its nozzles, visits, receipts and events (docs/station.md).
//!
//! | module | holds |
//! |---|---|
//! | [`App`] | the forecourt behind the interface, which may lose its power and get it back |
//! | `api` | the resources |
//! | [`Papers`] | who takes grey records on paper |
//! | [`Caller`] | who calls, and what he may do |
//! | `events` | what happens, as server-sent events |
//! | [`problem`] | refusals as RFC 9457 problems |
//! | [`figures`] | figures for Prometheus |
//!
//! A shell around [`forecourt::Forecourt`]: no rule stands here. The shell around this crate brings the socket.
//!
//! Invariant: a handler that needs an operator takes one as an argument; there is no resource without a caller but
//! those that say nothing of the station.
#![forbid(unsafe_code)]

mod api;
mod app;
mod body;
mod caller;
mod events;
pub mod figures;
pub mod problem;
mod trail;

pub use api::{figures_router, resources, router};
pub use app::{App, Papers, Shared};
pub use caller::{Caller, Callers};
pub use trail::REQUEST_ID;
