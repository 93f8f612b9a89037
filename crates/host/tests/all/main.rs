//! The rules of the centre against a small card and PSAM that make every code themselves.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, unreachable_pub)]

mod ahead;
mod hear;
mod life;
mod operators;
mod orders;
mod partition;
mod prepaid;
mod purchase;
mod register;
mod replaced;
mod stored;
mod succession;
mod support;
mod switch;
mod transfer;
mod twice;
mod unlock;
mod unproved;
