//! Each request's way: its id, its line in the log, its figures, and who is behind what it does to the books.

use std::sync::Arc;
use std::time::{Duration, Instant};

use ::api::TIME_HEADER;
use ::api::problem::Problem;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use host::{Answer, Input, News, Output, UnlockAnswer, lock_name};
use store::{Committed, Signature, StoreError, Watch};
use tracing::Instrument as _;

use crate::app::Shared;
use crate::caller::Caller;
use crate::feed::Bell;
use crate::figures::Figures;
use crate::problem::Refused;

/// Where a request carries its id, and its answer too.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Longest id that is taken from a client.
const LONGEST: usize = 64;

tokio::task_local! {
    /// The operator behind the request that is being answered, and where he asked; nothing for a station. It is set
    /// here alone, so no handler can forget to have its call signed.
    static BEHIND: Option<Behind>;
}

struct Behind {
    operator: String,
    request: String,
    resource: String,
}

/// The signature of the operator whose request is being answered.
pub(crate) fn signature(now: impl FnOnce() -> wire::Stamp) -> Option<Signature> {
    let sign = |behind: &Option<Behind>| {
        let Behind { operator, request, resource } = behind.as_ref()?;
        let (operator, request) = (operator.clone(), request.clone());
        Some(Signature { operator, request, resource: resource.clone(), at: now() })
    };
    BEHIND.try_with(sign).ok().flatten()
}

/// The layer around every resource.
pub(crate) async fn follow(State(app): State<Shared>, request: Request, next: Next) -> Response {
    let began = Instant::now();
    let id = asked_id(request.headers()).unwrap_or_else(|| app.new_request_id());
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let route = route.as_ref().map_or("none", MatchedPath::as_str);
    let caller = request.extensions().get::<Caller>().cloned().unwrap_or_default();
    let behind = match &caller {
        Caller::Operator(name) => {
            let (operator, request) = (name.clone(), id.clone());
            Some(Behind { operator, request, resource: format!("{method} {route}") })
        }
        Caller::Station(_) | Caller::Nobody => None,
    };
    let span = tracing::info_span!("request", request = %id);
    let answered = BEHIND.scope(behind, next.run(request)).instrument(span.clone()).await;
    let (mut answered, problem) = marked(answered, &id);
    // By this clock stations look after theirs.
    let now = HeaderValue::from(app.now().unix_seconds());
    answered.headers_mut().insert(HeaderName::from_static(TIME_HEADER), now);
    let (status, took) = (answered.status().as_u16(), began.elapsed());
    app.figures.request(method.as_str(), route, status, took);
    let problem = problem.as_deref();
    span.in_scope(|| tell((method.as_str(), route), &caller, (status, problem), took));
    answered
}

/// A client's id, when it is short and plain.
fn asked_id(headers: &HeaderMap) -> Option<String> {
    let id = headers.get(REQUEST_ID)?.to_str().ok()?;
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b".-_".contains(&byte);
    let sane = (1..=LONGEST).contains(&id.len()) && id.bytes().all(fits);
    sane.then(|| id.to_owned())
}

/// The answer with the id of its request; a problem says it, too. And the problem's name.
fn marked(mut answered: Response, id: &str) -> (Response, Option<String>) {
    let mut name = None;
    if let Some(mut problem) = answered.extensions_mut().remove::<Problem>() {
        name = Some(problem.name().to_owned());
        problem.request_id = Some(id.to_owned());
        answered = Refused(Box::new(problem)).into_response();
    }
    if let Ok(value) = HeaderValue::from_str(id) {
        answered.headers_mut().insert(REQUEST_ID, value);
    }
    (answered, name)
}

fn tell(
    (method, route): (&str, &str),
    caller: &Caller,
    (status, problem): (u16, Option<&str>),
    took: Duration,
) {
    let caller = match caller {
        Caller::Nobody => "nobody".to_owned(),
        Caller::Station(name) => format!("station {name}"),
        Caller::Operator(name) => format!("operator {name}"),
    };
    let millis = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    // What machines ask all the time is said only to whoever wants to know it all.
    if matches!(route, "/health" | "/ready" | "/metrics") {
        tracing::debug!(method, route, status, problem, millis, caller, "answered");
    } else {
        tracing::info!(method, route, status, problem, millis, caller, "answered");
    }
}

/// Counts what calls were answered, and says it of those that are about a lock.
pub(crate) fn answered(figures: &Figures, call: (&'static str, Option<String>), output: &Output) {
    let (call, lock) = call;
    let answer = answer_name(output);
    figures.call(call, answer);
    if let Some(lock) = lock {
        tracing::info!(call, lock, answer, "called");
    }
}

/// The name of a call and the lock that it is about.
pub(crate) fn named(input: &Input) -> (&'static str, Option<String>) {
    (input.name(), input.number().map(lock_name))
}

/// In one word: a refusal by its name, a report by its news.
fn answer_name(output: &Output) -> &'static str {
    match output {
        Err(refusal) => refusal.name(),
        Ok(Answer::Heard(heard)) => match heard.news {
            News::First => "first",
            News::Upgrade => "upgrade",
            News::Repeat => "repeat",
            News::Quarantined(_) => "quarantined",
        },
        Ok(Answer::Unlock(UnlockAnswer::Wait(_))) => "wait",
        Ok(_) => "done",
    }
}

/// Hears of every transaction: rings for the events, counts, and says what became of which lock.
pub(crate) struct Scribe {
    pub(crate) bell: Bell,
    pub(crate) figures: Arc<Figures>,
}

impl Watch for Scribe {
    fn committed(&self, committed: &Committed) {
        if !committed.events.is_empty() {
            self.bell.ring();
        }
        self.figures.commit(committed);
        let millis = u64::try_from(committed.took.as_millis()).unwrap_or(u64::MAX);
        tracing::debug!(calls = committed.calls, millis, "committed");
        for (reason, lock) in &committed.postings {
            if let Some(lock) = lock.map(lock_name) {
                tracing::info!(lock, posting = reason.name(), "posted");
            }
        }
        for (code, lock) in &committed.notices {
            let lock = lock.map(lock_name).unwrap_or_default();
            tracing::info!(lock, notice = code.name(), "noticed");
        }
        for event in &committed.events {
            if let Some(lock) = event.lock().map(lock_name) {
                tracing::info!(lock, event = event.kind(), "told stations");
            }
        }
    }

    fn failed(&self, error: &StoreError) {
        self.figures.failure(error.kind);
        tracing::warn!(kind = ?error.kind, "a transaction failed: {}", error.what);
    }
}
