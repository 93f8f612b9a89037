//! Requests from this machine, where nothing but the address says who asks.

use axum::http::HeaderMap;
use axum::http::header::{HOST, ORIGIN};

/// Whether a request to a loopback address was meant for it: a page of another site, opened in a browser on this machine,
/// must not speak for a station or an operator.
#[must_use]
pub fn is_from_here(headers: &HeaderMap) -> bool {
    let is_here = |authority: &str| {
        let name = authority.rsplit_once(':').map_or(authority, |(name, _)| name);
        matches!(name, "127.0.0.1" | "localhost" | "[::1]")
    };
    let host = headers.get(HOST).and_then(|value| value.to_str().ok());
    let origin = headers.get(ORIGIN).map(|value| value.to_str().unwrap_or_default());
    let same = |origin: &str| origin.strip_prefix("http://").is_some_and(is_here);
    host.is_none_or(is_here) && origin.is_none_or(same)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_of_another_site_is_not_from_here() {
        let asked = |host: &str, origin: Option<&str>| {
            let mut headers = HeaderMap::new();
            headers.insert(HOST, host.parse().unwrap());
            if let Some(origin) = origin {
                headers.insert(ORIGIN, origin.parse().unwrap());
            }
            is_from_here(&headers)
        };
        assert!(asked("127.0.0.1:7816", None) && asked("localhost", Some("http://localhost:7816")));
        assert!(asked("[::1]:7816", None) && is_from_here(&HeaderMap::new()));
        assert!(!asked("shop.example", None) && !asked("127.0.0.1.example:7816", None));
        assert!(!asked("127.0.0.1:7816", Some("https://shop.example")));
        assert!(!asked("127.0.0.1:7816", Some("null")));
    }
}
