//! What the installation check reads of a page, and what it does not.

use std::net::SocketAddr;

use axum::Router;
use axum::http::header;
use axum::response::{Html, Redirect};
use axum::routing::{get, options};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use url::form_urlencoded::byte_serialize;

use crate::support::{NOW, Reply, TestCollector};

/// A site with the tracker's files on it.
async fn site() -> SocketAddr {
    let script = |text: &'static str| {
        get(async move || {
            (
                [(header::CONTENT_TYPE, "text/javascript; charset=utf-8")],
                text,
            )
        })
    };
    let page = "<!doctype html><meta http-equiv=Content-Security-Policy content=\"script-src 'self'\">\
                <script async src=/t/sillage.js data-site=shop></script>";
    let large = format!(
        "<p>{}<script src=/t/sillage.js></script>",
        "x".repeat(3 << 20)
    );
    let routes = Router::new()
        .route(
            "/",
            get(async move || {
                (
                    [(header::CONTENT_SECURITY_POLICY, "default-src 'self'")],
                    Html(page),
                )
            }),
        )
        .route("/moved", get(async || Redirect::temporary("/")))
        .route("/round", get(async || Redirect::temporary("/round")))
        .route("/large", get(async move || Html(large)))
        .route("/t/sillage.js", script("x(\"tracker-0a.js\")"))
        .route("/t/tracker-0a.js", script("chunk"))
        .route(
            "/half",
            get(async || Html("<script src=/half/sillage.js data-site=shop></script>")),
        )
        .route("/half/sillage.js", script("x(\"tracker-0b.js\")"))
        .route(
            "/t/v1/batches",
            options(async || [(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*")]),
        );
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, routes).await });
    address
}

async fn check(collector: &TestCollector, url: &str) -> Reply {
    let url: String = byte_serialize(url.as_bytes()).collect();
    collector.get(&format!("/v1/check?url={url}")).await
}

fn file<'a>(inspection: &'a Value, kind: &str) -> &'a Value {
    let files = inspection["files"].as_array().unwrap();
    files.iter().find(|file| file["kind"] == kind).unwrap()
}

#[tokio::test]
async fn a_page_is_read_with_what_the_tracker_needs_there() {
    let (collector, site) = (TestCollector::start(), site().await);
    let reply = check(&collector, &format!("http://{site}/moved")).await;
    assert_eq!(
        (reply.status, reply.header("cache-control")),
        (200, "no-store")
    );
    let told = reply.json();
    assert_eq!(told["answer"]["url"], format!("http://{site}/"));
    assert_eq!(told["answer"]["policies"], json!(["default-src 'self'"]));
    assert_eq!(told["page"]["policies"], json!(["script-src 'self'"]));
    let script = &told["page"]["scripts"][0];
    assert_eq!(script["src"], format!("http://{site}/t/sillage.js"));
    assert_eq!(
        (&script["isLoader"], &script["attributes"]["data-site"]),
        (&json!(true), &json!("shop"))
    );
    assert_eq!(file(&told, "loader")["status"], 200);
    assert_eq!(
        file(&told, "chunk")["contentType"],
        "text/javascript; charset=utf-8"
    );
    let endpoint = file(&told, "endpoint");
    assert_eq!(endpoint["url"], format!("http://{site}/t/v1/batches"));
    assert_eq!(
        (&endpoint["status"], &endpoint["allowsOrigin"]),
        (&json!(200), &json!("*"))
    );
}

#[tokio::test]
async fn a_file_that_the_loader_names_and_nobody_serves_is_told() {
    let (collector, site) = (TestCollector::start(), site().await);
    let told = check(&collector, &format!("http://{site}/half"))
        .await
        .json();
    assert_eq!(file(&told, "loader")["status"], 200);
    assert_eq!(file(&told, "chunk")["status"], 404);
}

#[tokio::test]
async fn what_cannot_be_read_is_told_as_such() {
    let (collector, site) = (TestCollector::start(), site().await);
    for (path, problem) in [("/round", json!("redirects")), ("/none", json!(null))] {
        let told = check(&collector, &format!("http://{site}{path}"))
            .await
            .json();
        assert_eq!(told["answer"]["problem"], problem, "{told}");
    }
    let told = check(&collector, "http://127.0.0.1:1/").await.json();
    assert_eq!(told["answer"]["problem"], "unreachable");
    // Of a page that is too long, the beginning is looked at.
    let told = check(&collector, &format!("http://{site}/large"))
        .await
        .json();
    assert_eq!(
        (&told["answer"]["problem"], &told["page"]["scripts"]),
        (&json!(null), &json!([]))
    );
}

#[tokio::test]
async fn with_a_token_nothing_private_is_read_for_others() {
    let site = site().await;
    let collector = TestCollector::start_with(&["--read-token", "t"]);
    assert_eq!(
        check(&collector, &format!("http://{site}/")).await.status,
        401
    );
    for host in [
        site.to_string(),
        format!("localhost:{}", site.port()),
        format!("[::ffff:127.0.0.1]:{}", site.port()),
        format!("0x7f000001:{}", site.port()),
        "169.254.169.254".to_owned(),
        "[::1]".to_owned(),
        "10.0.0.1".to_owned(),
    ] {
        let url: String = byte_serialize(format!("http://{host}/").as_bytes()).collect();
        let reply = collector.get(&format!("/v1/check?token=t&url={url}")).await;
        let told = reply.json();
        assert_eq!(told["answer"]["problem"], "not_public", "{host}: {told}");
        assert_eq!(told["answer"]["status"], 0);
    }
}

#[tokio::test]
async fn only_addresses_of_pages_are_taken() {
    let collector = TestCollector::start();
    for url in [
        "",
        "shop.example",
        "file:///etc/passwd",
        "ftp://a.example/",
        "http://u:p@a.example/",
        "http://",
    ] {
        let reply = check(&collector, url).await;
        assert_eq!(
            (reply.status, &reply.json()["code"]),
            (400, &json!("bad_parameter")),
            "{url}"
        );
    }
    let closed = TestCollector::start_on("0.0.0.0:8787", &[], || NOW);
    assert_eq!(check(&closed, "http://127.0.0.1/").await.status, 403);
}
