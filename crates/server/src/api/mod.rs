//! The resources of the interface, and the document that describes them.

mod acts;
mod books;
mod cards;
mod collect;
mod events;
mod health;
mod issuing;
mod ledger;
mod lists;
mod operations;
mod outcomes;
mod prepaid;
mod psams;
mod rulings;
mod transfers;
mod unlocks;

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::{StatusCode, Uri};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use utoipa::OpenApi;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use utoipa_swagger_ui::SwaggerUi;

use crate::app::Shared;
use crate::problem::Refused;
use crate::trail;

/// Longest document of a request in bytes: a full batch of reports fits.
const LONGEST: usize = 1 << 20;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Greylock centre",
        description = "The central computer of a grey-lock purse network: collecting, unlocking, the books."
    ),
    tags(
        (name = "stations", description = "what a station asks and reports"),
        (name = "operators", description = "what operators look at and decide"),
        (name = "server", description = "the server itself")
    )
)]
struct Description;

/// All resources; nobody is who he says yet: the shell puts a [`Caller`](crate::Caller) into each request.
pub fn router(app: Shared) -> Router {
    let (router, mut document) = described().split_for_parts();
    document.components.get_or_insert_default().add_security_scheme(
        "operator",
        SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build()),
    );
    let described = serde_json::to_string(&document).unwrap_or_default();
    router
        .route("/openapi.json", axum::routing::get(move || health::document(described.clone())))
        // From where the page is: behind a proxy, or in the demo, all of this is nested below something else.
        .merge(SwaggerUi::new("/docs").config(utoipa_swagger_ui::Config::from("../openapi.json")))
        .fallback(|uri: Uri| async move { Refused::not_found(uri.path()) })
        .method_not_allowed_fallback(|| async {
            Refused::by_status(StatusCode::METHOD_NOT_ALLOWED, String::new())
        })
        .layer(DefaultBodyLimit::max(LONGEST))
        .layer(from_fn_with_state(Arc::clone(&app), trail::follow))
        .with_state(app)
}

/// Figures and health alone, for whoever is on this machine: the shell serves it on a loopback address, and pages of other
/// sites get nothing.
pub fn figures_router(app: Shared) -> Router {
    Router::new()
        .route("/metrics", axum::routing::get(health::figures))
        .route("/health", axum::routing::get(health::health))
        .route("/ready", axum::routing::get(health::ready))
        .layer(from_fn(only_from_here))
        .with_state(app)
}

async fn only_from_here(request: Request, next: Next) -> Response {
    if pki::is_from_here(request.headers()) {
        return next.run(request).await;
    }
    Refused::not_permitted("figures are for this machine alone").into_response()
}

fn described() -> OpenApiRouter<Shared> {
    OpenApiRouter::with_openapi(Description::openapi())
        .routes(routes!(health::health))
        .routes(routes!(health::ready))
        .routes(routes!(health::metrics))
        .routes(routes!(collect::report))
        .routes(routes!(unlocks::unlock))
        .routes(routes!(unlocks::confirm))
        .routes(routes!(transfers::decide))
        .routes(routes!(transfers::prove))
        .routes(routes!(transfers::open))
        .routes(routes!(lists::grey_records))
        .routes(routes!(lists::grey_record))
        .routes(routes!(lists::blacklist))
        .routes(routes!(lists::list_base))
        .routes(routes!(lists::list_state))
        .routes(routes!(events::events))
        .routes(routes!(cards::register, cards::cards))
        .routes(routes!(cards::card))
        .routes(routes!(cards::unblock))
        .routes(routes!(cards::switch))
        .routes(routes!(cards::replace))
        .routes(routes!(acts::card_issued))
        .routes(routes!(acts::act_on_card))
        .routes(routes!(acts::approve_on_card))
        .routes(routes!(psams::register, psams::psams))
        .routes(routes!(psams::psam))
        .routes(routes!(psams::holes))
        .routes(routes!(acts::psam_issued))
        .routes(routes!(acts::act_on_psam))
        .routes(routes!(acts::approve_on_psam))
        .routes(routes!(outcomes::outcomes))
        .routes(routes!(outcomes::outcome))
        .routes(routes!(outcomes::purchases))
        .routes(routes!(outcomes::notices))
        .routes(routes!(rulings::propose, rulings::waiting))
        .routes(routes!(rulings::approve))
        .routes(routes!(prepaid::open, prepaid::accounts))
        .routes(routes!(prepaid::account))
        .routes(routes!(prepaid::fund, prepaid::fundings))
        .routes(routes!(ledger::accounts))
        .routes(routes!(ledger::postings))
        .routes(routes!(books::export))
        .routes(routes!(issuing::card))
        .routes(routes!(issuing::psam))
        .routes(routes!(operations::operations))
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
