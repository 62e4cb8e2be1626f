//! Pages of any origin may send; none but the collector's own may read.

use axum::body::Body;
use axum::http::Request;

use crate::support::{TestCollector, batch, get, pageview, post};

#[tokio::test]
async fn any_page_may_send_and_read_the_answer_without_credentials() {
    let collector = TestCollector::start();
    let mut request = post(batch(1, &[pageview(1)]).to_string());
    request
        .headers_mut()
        .insert("origin", "https://shop.example".parse().unwrap());
    request
        .headers_mut()
        .insert("sec-fetch-site", "cross-site".parse().unwrap());
    let reply = collector.send(request).await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.header("access-control-allow-origin"), "*");
    assert_eq!(reply.header("access-control-expose-headers"), "retry-after");
    assert_eq!(reply.header("access-control-allow-credentials"), "");
    assert_eq!(reply.header("x-content-type-options"), "nosniff");
}

#[tokio::test]
async fn refusals_can_be_read_as_well() {
    let collector = TestCollector::start();
    for body in [vec![b'{'], vec![b' '; 1024 * 1024]] {
        let reply = collector.post(body).await;
        assert!(reply.status >= 400);
        assert_eq!(reply.header("access-control-allow-origin"), "*");
    }
}

#[tokio::test]
async fn json_is_allowed_after_one_question_that_is_remembered_long() {
    let collector = TestCollector::start();
    let question = Request::options("/v1/batches")
        .header("origin", "https://shop.example")
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "content-type")
        .body(Body::empty())
        .unwrap();
    let reply = collector.send(question).await;
    assert_eq!((reply.status, reply.body.len()), (204, 0));
    assert_eq!(reply.header("access-control-allow-origin"), "*");
    assert!(
        reply
            .header("access-control-allow-methods")
            .contains("POST")
    );
    assert_eq!(reply.header("access-control-allow-headers"), "content-type");
    assert!(
        reply
            .header("access-control-max-age")
            .parse::<u32>()
            .unwrap()
            >= 7_200
    );
}

#[tokio::test]
async fn pages_of_other_origins_may_not_read_events() {
    let collector = TestCollector::start();
    for path in ["/v1/live", "/api/v2/journey/sessions/s1/events"] {
        for (name, value) in [
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
            ("origin", "https://evil.example"),
            ("host", "evil.example:8787"),
            ("x-forwarded-for", "203.0.113.7"),
        ] {
            let mut request = get(path);
            request.headers_mut().insert(name, value.parse().unwrap());
            let reply = collector.send(request).await;
            assert_eq!(reply.status, 403, "{path} with {name}: {value}");
            assert_eq!(reply.header("access-control-allow-origin"), "");
        }
    }
}

#[tokio::test]
async fn on_a_public_address_reads_need_the_token() {
    let path = "/api/v2/journey/sessions/s1/events";
    let closed = TestCollector::start_on("0.0.0.0:8787", &[], || crate::support::NOW);
    let reply = closed.get(path).await;
    assert_eq!(reply.status, 403);
    assert!(
        reply.json()["message"]
            .as_str()
            .unwrap()
            .contains("--read-token")
    );

    let open = TestCollector::start_on("0.0.0.0:8787", &["--read-token", "secret"], || {
        crate::support::NOW
    });
    assert_eq!(open.get(path).await.status, 401);
    assert_eq!(open.get(&format!("{path}?token=wrong")).await.status, 401);
    assert_eq!(open.get(&format!("{path}?token=secret")).await.status, 200);
    let mut request = get(path);
    request
        .headers_mut()
        .insert("authorization", "Bearer secret".parse().unwrap());
    request
        .headers_mut()
        .insert("host", "collector.example".parse().unwrap());
    assert_eq!(open.send(request).await.status, 200);
    assert_eq!(
        open.post_json(&batch(1, &[pageview(1)])).await.status,
        200,
        "sending needs none"
    );
}
