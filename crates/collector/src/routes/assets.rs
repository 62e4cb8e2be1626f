//! What browsers load out of folders: the tracker's files, the demo shop and the documentation.

use std::path::Path;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Redirect, Response};
use tower::ServiceExt;
use tower_http::services::ServeDir;

use super::pages::POLICY;
use crate::error::CollectError;
use crate::state::AppState;

/// Path under which the demo site is served.
const DEMO_PREFIX: &str = "/shop/";

/// Path under which the documentation is served.
const DOCS_PREFIX: &str = "/docs/";

/// Folder of the demo site whose pages exist in the browser only.
const DEMO_APP: &str = "app/";

/// What the names begin with that carry a hash of their content.
const HASHED_PREFIXES: [&str; 7] = [
    "/tracker-",
    "/fallback-",
    "/captures-",
    "/vitals-",
    "/calls-",
    "/extras-",
    "/overlay-",
];

/// The name of the loader never changes, so a new version must be seen soon.
const LOADER_CACHING: HeaderValue = HeaderValue::from_static("public, max-age=300");
const HASHED_CACHING: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// Asks again every time, and is mostly answered 304.
const PAGE_CACHING: HeaderValue = HeaderValue::from_static("no-cache");

/// Everything that is no route is looked for in the folders.
pub(super) fn router() -> Router<AppState> {
    Router::new().fallback(folder_file)
}

async fn folder_file(
    State(state): State<AppState>,
    request: Request,
) -> Result<Response, CollectError> {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return Err(CollectError::NotFound);
    }
    let path = request.uri().path().to_owned();
    if let Some(demo) = &state.config.demo {
        if path == DEMO_PREFIX.trim_end_matches('/') {
            return Ok(to_folder(&path, request.uri().query()));
        }
        if let Some(rest) = path.strip_prefix(DEMO_PREFIX) {
            return demo_file(demo, rest, request).await;
        }
    }
    if let Some(docs) = &state.config.docs {
        if path == DOCS_PREFIX.trim_end_matches('/') {
            return Ok(to_folder(&path, request.uri().query()));
        }
        if let Some(rest) = path.strip_prefix(DOCS_PREFIX) {
            return docs_file(docs, rest, request).await;
        }
    }
    match &state.config.assets {
        Some(assets) => asset(assets, &path, request).await,
        None => Err(CollectError::NotFound),
    }
}

/// A file of the tracker. Any page of any site may load it, compressed beforehand where the browser
/// takes that.
async fn asset(folder: &Path, path: &str, request: Request) -> Result<Response, CollectError> {
    let service = ServeDir::new(folder)
        .append_index_html_on_directories(false)
        .precompressed_br()
        .precompressed_gzip();
    let mut response = served(service, request).await?;
    let caching = if HASHED_PREFIXES
        .iter()
        .any(|prefix| path.starts_with(prefix))
    {
        HASHED_CACHING
    } else {
        LOADER_CACHING
    };
    let headers = response.headers_mut();
    // A classic script without a charset is read in that of the page it is put into.
    if headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|value| value == "text/javascript")
    {
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("text/javascript; charset=utf-8"),
        );
    }
    headers.insert(header::CACHE_CONTROL, caching);
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_ORIGIN,
        HeaderValue::from_static("*"),
    );
    for (name, value) in [
        ("cross-origin-resource-policy", "cross-origin"),
        ("timing-allow-origin", "*"),
    ] {
        headers.insert(
            HeaderName::from_static(name),
            HeaderValue::from_static(value),
        );
    }
    Ok(response)
}

/// A file of the demo. What is under `app/` and is no file is a page that the demo's single-page part
/// makes in the browser.
async fn demo_file(
    folder: &Path,
    rest: &str,
    mut request: Request,
) -> Result<Response, CollectError> {
    let service = ServeDir::new(folder).redirect_path_prefix(DEMO_PREFIX.trim_end_matches('/'));
    let is_page = rest
        .rsplit('/')
        .next()
        .is_some_and(|name| !name.contains('.'));
    let may_fall_back = rest.starts_with(DEMO_APP) && is_page;
    let query = request.uri().query().map(str::to_owned);
    *request.uri_mut() = inner_uri(rest, query.as_deref())?;
    let mut app_page = Request::new(Body::empty());
    *app_page.headers_mut() = request.headers().clone();
    *app_page.uri_mut() = inner_uri(&format!("{DEMO_APP}index.html"), None)?;
    let mut response = match served(service.clone(), request).await {
        Err(CollectError::NotFound) if may_fall_back => served(service, app_page).await?,
        result => result?,
    };
    if response.headers().contains_key(header::LOCATION) {
        return Ok(to_folder(rest, query.as_deref()));
    }
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, PAGE_CACHING);
    Ok(response)
}

/// A file of the documentation, under the policy of the collector's own pages.
async fn docs_file(
    folder: &Path,
    rest: &str,
    mut request: Request,
) -> Result<Response, CollectError> {
    let service = ServeDir::new(folder)
        .redirect_path_prefix(DOCS_PREFIX.trim_end_matches('/'))
        .precompressed_br()
        .precompressed_gzip();
    let query = request.uri().query().map(str::to_owned);
    *request.uri_mut() = inner_uri(rest, query.as_deref())?;
    let mut response = served(service, request).await?;
    if response.headers().contains_key(header::LOCATION) {
        return Ok(to_folder(rest, query.as_deref()));
    }
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, PAGE_CACHING);
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(POLICY),
    );
    Ok(response)
}

/// Sends on to a folder whose slash was left out: beside itself, so that it is found under `--path-prefix` too.
fn to_folder(path: &str, query: Option<&str>) -> Response {
    let name = path.rsplit('/').next().unwrap_or_default();
    let query = query.map(|query| format!("?{query}")).unwrap_or_default();
    Redirect::temporary(&format!("{name}/{query}")).into_response()
}

fn inner_uri(rest: &str, query: Option<&str>) -> Result<Uri, CollectError> {
    let query = query.map(|query| format!("?{query}")).unwrap_or_default();
    format!("/{rest}{query}")
        .parse()
        .map_err(|_| CollectError::NotFound)
}

async fn served(service: ServeDir, request: Request) -> Result<Response, CollectError> {
    match service.oneshot(request).await {
        Ok(response) if response.status() == StatusCode::NOT_FOUND => Err(CollectError::NotFound),
        Ok(response) => Ok(response.map(Body::new)),
        Err(never) => match never {},
    }
}
