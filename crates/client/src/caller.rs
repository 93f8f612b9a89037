//! Who asks.

use pki::{Identity, Trust};
use zeroize::Zeroizing;

/// Who asks, and whom he believes.
pub enum Caller {
    /// The holder of a certificate; the server must have one of the same authority.
    Certificate {
        /// The authority.
        trust: Box<Trust>,
        /// Certificate and key.
        identity: Box<Identity>,
    },
    /// The operator of a server in development, by its token.
    Operator(Zeroizing<String>),
    /// A station at a server in development, by its name.
    Station(String),
    /// Nobody.
    Nobody,
}

/// Without keys and tokens.
impl std::fmt::Debug for Caller {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Certificate { .. } => f.write_str("Certificate(..)"),
            Self::Operator(_) => f.write_str("Operator(..)"),
            Self::Station(name) => f.debug_tuple("Station").field(name).finish(),
            Self::Nobody => f.write_str("Nobody"),
        }
    }
}
