//! The engine's side: the rules as functions of DataFusion, the plan, and where it runs.

pub mod cluster;
pub mod columns;
pub mod functions;
pub mod gather;
pub mod plan;
pub mod session;
mod taken;
