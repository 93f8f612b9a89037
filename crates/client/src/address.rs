//! Where a server is.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use crate::error::ClientError;

/// A server's URL: `https://HOST:PORT`, or on this machine `http://127.0.0.1:PORT`; a path behind it is where the
/// server's own paths begin, like `/stations/north` in the demo.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Address {
    base: String,
    tls: bool,
}

impl Address {
    /// Whether the connection is under TLS.
    #[must_use]
    pub const fn is_tls(&self) -> bool {
        self.tls
    }

    pub(crate) fn at(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.base)
    }
}

impl FromStr for Address {
    type Err = ClientError;

    /// # Errors
    /// Something else than a URL of a server, or one without TLS that other machines could listen to.
    fn from_str(text: &str) -> Result<Self, ClientError> {
        let base = text.trim_end_matches('/');
        let wrong = || {
            ClientError::operator(format!(
                "{text} is no server's URL: give https://HOST:PORT, or http://127.0.0.1:PORT for one in development"
            ))
        };
        let (scheme, rest) = base.split_once("://").ok_or_else(wrong)?;
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        if authority.is_empty() || rest.contains(['?', '#', '@', ' ', '%']) || !is_base(path) {
            return Err(wrong());
        }
        match scheme {
            "https" => Ok(Self { base: base.to_owned(), tls: true }),
            "http" if is_loopback(authority) => Ok(Self { base: base.to_owned(), tls: false }),
            "http" => Err(ClientError::operator(format!(
                "{text} would be asked without TLS over a network: give https://, with --certificate and --authority"
            ))),
            _ => Err(wrong()),
        }
    }
}

/// Where an interface can begin: plain names, and not inside of the interface.
fn is_base(path: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let name = |part: &str| !part.bytes().all(|byte| byte == b'.') && part.bytes().all(plain);
    path.is_empty() || path.split('/').all(|part| name(part) && part != "v1")
}

fn is_loopback(authority: &str) -> bool {
    let host = match authority.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, _)) => address,
        None => authority.rsplit_once(':').map_or(authority, |(host, _)| host),
    };
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_tls_only_this_machine_is_asked() {
        for right in ["http://127.0.0.1:7816", "http://localhost:1", "http://[::1]:7816"] {
            assert!(!right.parse::<Address>().unwrap().is_tls(), "{right}");
        }
        assert!("https://centre.example:7816/".parse::<Address>().unwrap().is_tls());
        for wrong in [
            "http://centre.example:7816",
            "http://10.0.0.1:7816",
            "http://127.0.0.1.example:7816",
            "http://127.0.0.1@centre.example:7816",
            "ftp://127.0.0.1",
            "centre.example",
            "https://",
            "https://centre.example/v1",
            "https://centre.example/a/v1/cards",
            "https://centre.example/a//b",
            "https://centre.example/../b",
            "http://10.0.0.1/stations/north",
        ] {
            assert!(wrong.parse::<Address>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_path_follows_the_base() {
        let address: Address = "https://centre.example/".parse().unwrap();
        assert_eq!(address.at("/health"), "https://centre.example/health");
        let address: Address = "http://127.0.0.1:7816/stations/north/".parse().unwrap();
        assert_eq!(address.at("/v1/site"), "http://127.0.0.1:7816/stations/north/v1/site");
    }
}
