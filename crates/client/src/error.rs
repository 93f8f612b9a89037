//! What can go wrong between a client and the centre.

use std::fmt;

use api::problem::Problem;

/// Whose fault it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Nobody's: the server cannot be reached now, or cannot reach its books. Nobody knows whether it was done; the
    /// same request may be sent again.
    OutOfReach,
    /// The centre understood and says no.
    Refused,
    /// The operator's: a wrong URL, a wrong certificate, a wrong token.
    Operator,
    /// The server's: it failed, or answered something else than its interface says.
    Centre,
    /// Ours.
    OurBug,
}

/// Why there is no answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ClientError {
    /// Whose fault it is.
    pub kind: Kind,
    /// What is wrong, one sentence without a full stop.
    pub what: String,
    /// The problem, where the server stated one.
    pub problem: Option<Box<Problem>>,
}

impl ClientError {
    fn new(kind: Kind, what: impl Into<String>) -> Self {
        Self { kind, what: what.into(), problem: None }
    }

    pub(crate) fn operator(what: impl Into<String>) -> Self {
        Self::new(Kind::Operator, what)
    }

    pub(crate) fn centre(what: impl Into<String>) -> Self {
        Self::new(Kind::Centre, what)
    }

    pub(crate) fn out_of_reach(what: impl Into<String>) -> Self {
        Self::new(Kind::OutOfReach, what)
    }

    pub(crate) fn bug(what: impl Into<String>) -> Self {
        Self::new(Kind::OurBug, what)
    }

    /// 503 is out of reach, 401 a wrong certificate or token, other 4xx are refusals, the rest is the centre's fault.
    pub(crate) fn stated(problem: Problem) -> Self {
        let kind = match problem.status {
            503 => Kind::OutOfReach,
            401 => Kind::Operator,
            400..=499 => Kind::Refused,
            _ => Kind::Centre,
        };
        let what = match &problem.detail {
            Some(detail) => format!("{} ({detail})", problem.title),
            None => problem.title.clone(),
        };
        Self { kind, what, problem: Some(Box::new(problem)) }
    }

    /// A stream whose server ended it in good order.
    #[must_use]
    pub fn stream_ended() -> Self {
        Self::out_of_reach("the stream of events ended")
    }

    /// The same request may be sent again later: it is done once.
    #[must_use]
    pub const fn is_out_of_reach(&self) -> bool {
        matches!(self.kind, Kind::OutOfReach)
    }

    /// The name of the problem that the server stated, as docs/problems.md has it.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.problem.as_deref().map(Problem::name)
    }

    /// Nothing is there of what was asked for.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        self.name() == Some("not_found")
    }
}

impl fmt::Display for ClientError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl std::error::Error for ClientError {}

/// What went wrong on the way, and whether only the connection broke.
pub(crate) struct Broken {
    pub(crate) error: ClientError,
    /// An answer may have been on its way: the same request may be sent once more.
    pub(crate) lost: bool,
}

impl Broken {
    pub(crate) const fn of(error: ClientError) -> Self {
        Self { error, lost: false }
    }
}

impl From<ureq::Error> for Broken {
    fn from(error: ureq::Error) -> Self {
        use std::io::ErrorKind as Io;
        match error {
            ureq::Error::Io(error) if is_tls(&error) => Self::of(ClientError::operator(format!(
                "the secured connection is not made: {error}; certificates of both ends must be of one authority and not taken back"
            ))),
            ureq::Error::Io(error) => {
                let lost = !matches!(
                    error.kind(),
                    Io::ConnectionRefused
                        | Io::TimedOut
                        | Io::HostUnreachable
                        | Io::NetworkUnreachable
                );
                let error =
                    ClientError::out_of_reach(format!("the server cannot be reached: {error}"));
                Self { error, lost }
            }
            ureq::Error::Timeout(what) => Self::of(ClientError::out_of_reach(format!(
                "the server does not answer in time ({what})"
            ))),
            ureq::Error::HostNotFound => {
                Self::of(ClientError::out_of_reach("the server's name is not known"))
            }
            ureq::Error::ConnectionFailed => {
                Self::of(ClientError::out_of_reach("no connection to the server is made"))
            }
            // An answer that breaks off, or bytes of something else.
            ureq::Error::Protocol(error) => Self {
                error: ClientError::out_of_reach(format!(
                    "the server's answer breaks off: {error}"
                )),
                lost: true,
            },
            other => Self::of(ClientError::bug(format!("the request cannot be sent: {other}"))),
        }
    }
}

fn is_tls(error: &std::io::Error) -> bool {
    matches!(error.get_ref(), Some(inner) if inner.is::<rustls::Error>())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stated(status: u16) -> ClientError {
        let r#type = format!("{}some_name", api::problem::TYPE_PREFIX);
        let (title, detail) = ("it is so".to_owned(), Some("field".to_owned()));
        ClientError::stated(Problem {
            r#type,
            title,
            status,
            detail,
            fault: None,
            request_id: None,
        })
    }

    #[test]
    fn a_problem_says_whose_fault_it_is() {
        for (status, kind) in [
            (503, Kind::OutOfReach),
            (401, Kind::Operator),
            (403, Kind::Refused),
            (409, Kind::Refused),
            (422, Kind::Refused),
            (500, Kind::Centre),
        ] {
            let error = stated(status);
            assert_eq!((error.kind, error.is_out_of_reach()), (kind, status == 503), "{status}");
            assert_eq!(
                (error.name(), error.to_string()),
                (Some("some_name"), "it is so (field)".to_owned())
            );
        }
    }

    #[test]
    fn only_a_connection_that_breaks_is_tried_again() {
        use std::io::{Error as Io, ErrorKind};
        let broken = |kind: ErrorKind| Broken::from(ureq::Error::Io(Io::from(kind)));
        assert!(broken(ErrorKind::ConnectionReset).lost && broken(ErrorKind::UnexpectedEof).lost);
        for kind in [ErrorKind::ConnectionRefused, ErrorKind::TimedOut] {
            assert!(!broken(kind).lost && broken(kind).error.is_out_of_reach());
        }
        let tls = Io::new(ErrorKind::InvalidData, rustls::Error::DecryptError);
        let tls = Broken::from(ureq::Error::Io(tls));
        assert_eq!((tls.lost, tls.error.kind), (false, Kind::Operator));
    }
}
