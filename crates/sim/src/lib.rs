//! The whole world in one thread.
#![forbid(unsafe_code)]
