//! The page's files, built in: nothing to install, and nothing from outside.

use std::path::{Path, PathBuf};

use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};

/// Name and content of each file in `page`.
const FILES: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/page.rs"));

/// What a browser lets the page do: its own files and its own server, no inline script, no inline style, and no frame
/// around it. (Styles set by script through the object model are not inline.)
pub const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; \
    font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; \
    frame-ancestors 'none'";

/// Where the page's files come from.
#[derive(Clone, Debug, Default)]
pub enum Page {
    /// Out of the binary.
    #[default]
    BuiltIn,
    /// Out of a folder, read at every request: for whoever works on the page.
    Folder(PathBuf),
}

impl Page {
    /// Answers with a file; `/` is `index.html`.
    #[must_use]
    pub fn answer(&self, uri: &Uri) -> Response {
        let name = match uri.path().trim_start_matches('/') {
            "" => "index.html",
            name => name,
        };
        let Some(content) = self.content(name) else {
            return StatusCode::NOT_FOUND.into_response();
        };
        let headers = [
            (header::CONTENT_TYPE, HeaderValue::from_static(kind(name))),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
            (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
            (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
            (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        ];
        (headers, content).into_response()
    }

    fn content(&self, name: &str) -> Option<Vec<u8>> {
        match self {
            Self::BuiltIn => {
                let (_, content) = FILES.iter().find(|(known, _)| *known == name)?;
                Some(content.to_vec())
            }
            // A name with a separator would leave the folder.
            Self::Folder(_) if name.contains(['/', '\\']) || name.starts_with('.') => None,
            Self::Folder(folder) => std::fs::read(folder.join(name)).ok(),
        }
    }
}

/// The media type by the name's ending.
fn kind(name: &str) -> &'static str {
    match Path::new(name).extension().and_then(|ending| ending.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("json" | "webmanifest") => "application/json",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{StatusCode, Uri, header};

    use super::{FILES, Page, kind};

    fn asked(page: &Page, path: &str) -> axum::response::Response {
        page.answer(&path.parse::<Uri>().unwrap())
    }

    #[test]
    fn the_root_is_the_page_under_a_strict_policy() {
        let answer = asked(&Page::BuiltIn, "/");
        assert_eq!(answer.status(), StatusCode::OK);
        assert_eq!(answer.headers()[header::CONTENT_TYPE], "text/html; charset=utf-8");
        assert_eq!(answer.headers()[header::CACHE_CONTROL], "no-cache");
        let policy = answer.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none';"), "{policy}");
        assert!(!policy.contains("unsafe") && !policy.contains("http"), "{policy}");
    }

    #[test]
    fn every_file_has_a_media_type() {
        for (name, _) in FILES {
            assert_ne!(kind(name), "application/octet-stream", "{name}");
        }
    }

    #[test]
    fn nothing_outside_the_folder_is_served() {
        let folder = Page::Folder(concat!(env!("CARGO_MANIFEST_DIR"), "/page").into());
        assert_eq!(asked(&folder, "/index.html").status(), StatusCode::OK);
        for outside in ["/../Cargo.toml", "/..%2fCargo.toml", "/.git", "/nothing.js"] {
            assert_eq!(asked(&folder, outside).status(), StatusCode::NOT_FOUND, "{outside}");
        }
    }
}
