//! Problems as RFC 9457 has them.

use crate::documents;

/// The media type of a problem.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// What stands before the name of a problem in its type.
pub const TYPE_PREFIX: &str = "urn:greylock:problem:";

documents! {
    /// What is refused, and why.
    pub struct Problem {
        /// `urn:greylock:problem:NAME`; docs/problems.md has a heading for each name.
        pub r#type: String,
        /// The same in words.
        pub title: String,
        /// The HTTP status.
        pub status: u16,
        /// What was wrong with just this request.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub detail: Option<String>,
        /// Whose fault it is: `card`, `station`, `operator`, `centre`, `our_bug`.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub fault: Option<String>,
        /// The id of the request, as the log has it.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub request_id: Option<String>,
    }
}

impl Problem {
    /// The name behind the type.
    #[must_use]
    pub fn name(&self) -> &str {
        self.r#type.strip_prefix(TYPE_PREFIX).unwrap_or(&self.r#type)
    }
}
