//! The resources of the interface, and the document that describes them.

mod health;
mod looks;
mod records;
mod visits;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{StatusCode, Uri};
use axum::middleware::from_fn_with_state;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::Shared;
use crate::caller::Callers;
use crate::events;
use crate::problem::Problem;
use crate::trail;

/// Longest document of a request in bytes: prices and limits of thousands of cards fit.
const LONGEST: usize = 1 << 20;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Greylock station",
        description = "A station of a grey-lock purse network: nozzles, visits, receipts, events."
    ),
    components(schemas(::api::site::Happened)),
    tags(
        (name = "station", description = "how the station is, and what happens"),
        (name = "visits", description = "what is done with the card that is in"),
        (name = "records", description = "receipts, papers and grey records"),
        (name = "server", description = "the server itself")
    )
)]
struct Description;

/// All resources, to be served as they are or nested under a path; nobody is who he says yet:
/// [`Callers`](crate::Callers) puts a [`Caller`](crate::Caller) into each request.
pub fn router(app: Shared) -> Router {
    let (router, document) = described().split_for_parts();
    let described = serde_json::to_string(&document).unwrap_or_default();
    router
        .route("/openapi.json", axum::routing::get(move || health::document(described.clone())))
        .fallback(|uri: Uri| async move { Problem::not_found(uri.path()) })
        .method_not_allowed_fallback(|| async {
            Problem::by_status(StatusCode::METHOD_NOT_ALLOWED, "")
        })
        .layer(DefaultBodyLimit::max(LONGEST))
        .layer(from_fn_with_state(Arc::clone(&app), trail::follow))
        .with_state(app)
}

/// Figures and health alone, for whoever is on this machine: the shell serves it on a loopback address, and pages of other
/// sites get nothing.
pub fn figures_router(app: Shared) -> Router {
    let router = Router::new()
        .route("/metrics", axum::routing::get(health::figures))
        .route("/health", axum::routing::get(health::health))
        .route("/ready", axum::routing::get(health::ready))
        .with_state(app);
    Callers::EverybodyHere.recognise(router)
}

fn described() -> OpenApiRouter<Shared> {
    OpenApiRouter::with_openapi(Description::openapi())
        .routes(routes!(health::health))
        .routes(routes!(health::ready))
        .routes(routes!(health::metrics))
        .routes(routes!(looks::site))
        .routes(routes!(looks::nozzle))
        .routes(routes!(looks::locks))
        .routes(routes!(looks::set_parameters))
        .routes(routes!(events::events))
        .routes(routes!(visits::refuel))
        .routes(routes!(visits::unlock))
        .routes(routes!(visits::pay))
        .routes(routes!(visits::stop))
        .routes(routes!(visits::outcome))
        .routes(routes!(records::receipt))
        .routes(routes!(records::show_paper))
        .routes(routes!(records::grey_record))
}

/// Method and path of every resource that the document describes.
#[must_use]
pub fn resources() -> Vec<(String, String)> {
    let document = described().to_openapi();
    let methods = |(path, item): (&String, &utoipa::openapi::PathItem)| {
        let there = [("GET", item.get.is_some()), ("POST", item.post.is_some())];
        let methods = there.into_iter().filter(|(_, there)| *there);
        methods.map(|(method, _)| (method.to_owned(), path.clone())).collect::<Vec<_>>()
    };
    document.paths.paths.iter().flat_map(methods).collect()
}
