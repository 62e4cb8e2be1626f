//! The description of the HTTP API beside the routes that there are. Whether they do what it says is for
//! `tests/conformance/http-api.spec.ts`.

use std::collections::{BTreeSet, HashMap};

use crate::support::TestCollector;

/// What people open in a browser, and what their pages load: no API.
fn is_page(path: &str) -> bool {
    path == "/"
        || [
            "/check",
            "/dashboard/",
            "/docs",
            "/live",
            "/shared/",
            "/vendor/",
        ]
        .iter()
        .any(|prefix| path.starts_with(prefix))
}

/// The path with its open parts, but without their names: Rust and JSON spell them differently.
fn unnamed(path: &str) -> String {
    let mut parts = path.split('/').map(|part| {
        if part.starts_with('{') {
            "{}".to_owned()
        } else {
            part.to_owned()
        }
    });
    let first = parts.next().unwrap();
    parts.fold(first, |path, part| format!("{path}/{part}"))
}

/// Method and path of every route of the router, but for pages. axum tells them in its debug output alone.
fn routes(collector: &TestCollector) -> BTreeSet<String> {
    let told = format!("{:?}", sillage_collector::app(collector.state.clone()));
    // What is no route is looked for in folders, by a router of its own.
    let (told, _) = told.split_once("fallback_router:").unwrap();
    let mut methods: HashMap<&str, &str> = HashMap::new();
    let mut paths: HashMap<&str, &str> = HashMap::new();
    for route in told.split("RouteId(").skip(1) {
        let (id, rest) = route.split_once("): ").unwrap();
        if let Some(path) = rest.strip_prefix('"') {
            paths.insert(id, path.split('"').next().unwrap());
        } else if let Some((_, allowed)) = rest.split_once("allow_header: Bytes(b\"") {
            methods.insert(id, allowed.split('"').next().unwrap());
        }
    }
    paths
        .iter()
        .filter(|(_, path)| !is_page(path))
        .map(|(id, path)| (path, methods[id]))
        .flat_map(|(path, methods)| {
            let methods = methods.split(',').filter(|method| *method != "HEAD");
            methods.map(move |method| format!("{} {}", method.to_lowercase(), unnamed(path)))
        })
        .collect()
}

#[tokio::test]
async fn every_route_is_described_and_nothing_else() {
    let collector = TestCollector::start();
    let reply = collector.get("/openapi.json").await;
    assert_eq!(reply.header("content-type"), "application/json");
    let paths = reply.json()["paths"].take();
    let described: BTreeSet<String> = paths
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, item)| {
            let methods = item.as_object().unwrap().keys();
            methods.map(move |method| format!("{method} {}", unnamed(path)))
        })
        .collect();
    assert_eq!(routes(&collector), described);
}

#[tokio::test]
async fn the_description_is_of_this_version() {
    let described = TestCollector::start().get("/openapi.json").await.json();
    assert_eq!(described["info"]["version"], env!("CARGO_PKG_VERSION"));
}

#[tokio::test]
async fn a_path_that_is_no_text_is_refused_as_everything_else_is() {
    let collector = TestCollector::start();
    for (path, member) in [
        ("/api/v2/journey/sessions/%FF", "sessionId"),
        ("/api/v2/journey/sessions/%FF/events", "sessionId"),
        ("/v1/forwards/%FF/dead-letters", "destination"),
    ] {
        let reply = collector.get(path).await;
        assert_eq!(
            (reply.status, reply.header("content-type")),
            (400, "application/json")
        );
        let message = format!("{member}: must be text in UTF-8, percent-encoded");
        assert_eq!(reply.json()["message"], message);
    }
}
