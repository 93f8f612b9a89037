//! Checks that money adds up (protocol §11).
#![forbid(unsafe_code)]
