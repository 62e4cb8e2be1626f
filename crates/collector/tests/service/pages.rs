//! What browsers load.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use axum::body::Body;
use axum::http::Request;

use crate::support::{TestCollector, get};

fn collector(folder: &Path) -> TestCollector {
    let files = [
        ("web/sillage.js", "loader"),
        ("web/tracker-abc.js", "plain"),
        ("web/tracker-abc.js.br", "brotli"),
        ("web/tracker-abc.js.gz", "gzip"),
        ("web/fallback-abc.js", "the module as a script"),
        ("web/captures-abc.js", "captures"),
        ("web/vitals-abc.js", "web vitals"),
        ("web/calls-abc.js", "calls"),
        ("web/extras-abc.js", "extras"),
        ("web/overlay-abc.js", "overlay"),
        ("shop/index.html", "home"),
        ("shop/tea/index.html", "tea"),
        ("shop/app/index.html", "app"),
        ("shop/app/app.js", "script"),
        ("secret.txt", "secret"),
    ];
    for (name, text) in files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    TestCollector::start_with(&["--assets", &path("web"), "--demo", &path("shop")])
}

fn accepting(path: &str, encoding: &str) -> Request<Body> {
    let mut request = get(path);
    request
        .headers_mut()
        .insert("accept-encoding", encoding.parse().unwrap());
    request
}

#[tokio::test]
async fn the_tracker_is_served_to_any_site_compressed_and_cached_by_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let collector = collector(folder.path());
    for (encoding, body) in [
        ("br, gzip", "brotli"),
        ("gzip", "gzip"),
        ("identity", "plain"),
    ] {
        let reply = collector.send(accepting("/tracker-abc.js", encoding)).await;
        assert_eq!(
            (reply.status, reply.body.as_ref()),
            (200, body.as_bytes()),
            "{encoding}"
        );
        assert_eq!(
            reply.header("content-type"),
            "text/javascript; charset=utf-8"
        );
        assert_eq!(
            reply.header("cache-control"),
            "public, max-age=31536000, immutable"
        );
        assert_eq!(reply.header("vary"), "accept-encoding");
        assert_eq!(reply.header("access-control-allow-origin"), "*");
        assert_eq!(reply.header("cross-origin-resource-policy"), "cross-origin");
        assert_eq!(reply.header("timing-allow-origin"), "*");
        assert_eq!(reply.header("x-content-type-options"), "nosniff");
    }
    for part in [
        "fallback", "captures", "vitals", "calls", "extras", "overlay",
    ] {
        let path = format!("/{part}-abc.js");
        assert_eq!(
            collector.get(&path).await.header("cache-control"),
            "public, max-age=31536000, immutable",
            "{path}"
        );
    }
    assert_eq!(
        collector.get("/sillage.js").await.header("cache-control"),
        "public, max-age=300"
    );
}

#[tokio::test]
async fn the_demo_has_folders_and_a_single_page_part() {
    let folder = tempfile::tempdir().unwrap();
    let collector = collector(folder.path());
    for (path, status, body) in [
        ("/shop/", 200, "home"),
        ("/shop/tea/", 200, "tea"),
        ("/shop/tea/?sort=price", 200, "tea"),
        ("/shop/app/", 200, "app"),
        ("/shop/app/cart/3", 200, "app"),
        ("/shop/app/app.js", 200, "script"),
    ] {
        let reply = collector.get(path).await;
        assert_eq!(
            (reply.status, reply.body.as_ref()),
            (status, body.as_bytes()),
            "{path}"
        );
        assert_eq!(reply.header("cache-control"), "no-cache");
    }
    assert_eq!(collector.get("/shop/app/missing.js").await.status, 404);
    assert_eq!(collector.get("/shop/missing/").await.status, 404);
    // Beside what was asked for, so that a prefix stays.
    for (path, target) in [
        ("/shop", "shop/"),
        ("/shop/tea", "tea/"),
        ("/shop/tea?sort=price", "tea/?sort=price"),
    ] {
        let reply = collector.get(path).await;
        assert_eq!((reply.status, reply.header("location")), (307, target));
    }
}

#[tokio::test]
async fn the_documentation_is_served_under_the_policy_of_the_collectors_pages() {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [
        ("index.html", "all pages"),
        ("captures.html", "captures"),
        ("captures.html.br", "brotli"),
        ("protocol/index.html", "the wire"),
    ] {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let docs = folder.path().to_str().unwrap();
    let collector = TestCollector::start_with(&["--docs", docs, "--path-prefix", "/a"]);
    let policy = collector.get("/a/").await;
    let policy = policy.header("content-security-policy");
    for (path, body) in [
        ("/a/docs/", "all pages"),
        ("/a/docs/captures.html", "captures"),
        ("/a/docs/protocol/", "the wire"),
    ] {
        let reply = collector.get(path).await;
        assert_eq!(
            (reply.status, reply.body.as_ref()),
            (200, body.as_bytes()),
            "{path}"
        );
        assert_eq!(reply.header("content-security-policy"), policy);
        assert_eq!(reply.header("cache-control"), "no-cache");
    }
    let compressed = accepting("/a/docs/captures.html", "br");
    assert_eq!(collector.send(compressed).await.body.as_ref(), b"brotli");
    let mut again = get("/a/docs/captures.html");
    let since = "Fri, 31 Dec 2100 23:59:59 GMT".parse().unwrap();
    again.headers_mut().insert("if-modified-since", since);
    assert_eq!(collector.send(again).await.status, 304);
    // Beside what was asked for, so that the prefix stays.
    for (path, target) in [("/a/docs", "docs/"), ("/a/docs/protocol", "protocol/")] {
        let reply = collector.get(path).await;
        assert_eq!((reply.status, reply.header("location")), (307, target));
    }
    assert_eq!(collector.get("/a/docs/missing.html").await.status, 404);
}

#[tokio::test]
async fn the_collectors_pages_lead_to_the_documentation_where_it_is_served() {
    let folder = tempfile::tempdir().unwrap();
    let docs = folder.path().to_str().unwrap();
    let with = TestCollector::start_with(&["--docs", docs]);
    let without = TestCollector::start();
    for (path, _) in PAGES {
        let leads = |body: &[u8]| String::from_utf8_lossy(body).contains("href=\"docs/\"");
        assert!(leads(&with.get(path).await.body), "{path}");
        assert!(!leads(&without.get(path).await.body), "{path}");
    }
}

#[tokio::test]
async fn nothing_outside_the_folders_can_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let collector = collector(folder.path());
    for path in [
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/shop/..%2fsecret.txt",
        "/shop/%2e%2e/secret.txt",
        "/web",
        "/",
    ] {
        let reply = collector.get(path).await;
        assert!(
            !reply.body.windows(6).any(|window| window == b"secret"),
            "{path}"
        );
    }
}

/// The collector's own pages: where each is, and where its scripts begin.
const PAGES: [(&str, &str); 2] = [("/", "/dashboard/dashboard.js"), ("/live", "/live/live.js")];

#[tokio::test]
async fn the_collectors_pages_may_run_nothing_but_their_own_scripts() {
    let collector = TestCollector::start();
    let mut scripts = BTreeMap::new();
    for (path, first) in PAGES {
        let reply = collector.get(path).await;
        assert_eq!(
            (reply.status, reply.header("content-type")),
            (200, "text/html; charset=utf-8")
        );
        let policy = reply.header("content-security-policy");
        for rule in [
            "default-src 'none'",
            "script-src 'self'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'; trusted-types 'none'",
        ] {
            assert!(policy.contains(rule), "{rule} in {policy}");
        }
        assert!(!policy.contains("unsafe"), "{policy}");
        let html = String::from_utf8(reply.body.to_vec()).unwrap();
        // Beside the page, so that they are found under `--path-prefix` too.
        let script = first.trim_start_matches('/');
        assert!(html.contains(&format!("<script src=\"{script}\" type=\"module\">")));
        for attribute in html
            .split(" src=\"")
            .chain(html.split("stylesheet\" href=\""))
        {
            let file = attribute.split('"').next().unwrap();
            assert!(!file.starts_with('/'), "{file}");
            if [".js", ".css"].iter().any(|ending| file.ends_with(ending)) {
                let file = format!("/{file}");
                assert_eq!(collector.get(&file).await.status, 200, "{file}");
            }
        }
        scripts.extend(scripts_of(&collector, first).await);
    }
    let written: usize = ["dashboard", "live", "shared"]
        .map(|folder| {
            fs::read_dir(
                Path::new(env!("CARGO_MANIFEST_DIR"))
                    .join("../../www")
                    .join(folder),
            )
            .unwrap()
            .filter(|file| file.as_ref().unwrap().path().extension() == Some("js".as_ref()))
            .count()
        })
        .iter()
        .sum();
    assert_eq!(scripts.len(), written, "a script is not used");
    for (path, script) in scripts {
        for sink in [
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "eval(",
        ] {
            assert!(
                !script.contains(sink),
                "{sink} in {path} would let an event's text run"
            );
        }
    }
}

/// A page's first script and all that it imports, by path.
async fn scripts_of(collector: &TestCollector, first: &str) -> BTreeMap<String, String> {
    let mut scripts = BTreeMap::new();
    let mut wanted = vec![first.to_owned()];
    while let Some(path) = wanted.pop() {
        if scripts.contains_key(&path) {
            continue;
        }
        let reply = collector.get(&path).await;
        assert_eq!(
            (reply.status, reply.header("content-type")),
            (200, "text/javascript; charset=utf-8"),
            "{path}"
        );
        let script = String::from_utf8(reply.body.to_vec()).unwrap();
        let folder = path.rsplit_once('/').unwrap().0;
        for imported in script.split(" from \"").skip(1) {
            let imported = imported.split('"').next().unwrap();
            wanted.push(match imported.strip_prefix("./") {
                Some(beside) => format!("{folder}/{beside}"),
                None => imported.replacen("..", "", 1),
            });
        }
        scripts.insert(path, script);
    }
    scripts
}

#[tokio::test]
async fn other_addresses_and_methods_are_answered_in_json() {
    let collector = TestCollector::start();
    let reply = collector.get("/nowhere").await;
    assert_eq!(
        (reply.status, reply.json()["code"].as_str()),
        (404, Some("not_found"))
    );
    let reply = collector.get("/v1/batches").await;
    assert_eq!(
        (reply.status, reply.json()["code"].as_str()),
        (405, Some("method_not_allowed"))
    );
}
