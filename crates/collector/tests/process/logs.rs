//! What the collector writes about its work: never a body, an id or an address.

use std::io::Read;

use serde_json::{Value, json};

use crate::support::{agent, batch, command};

/// Runs a collector that logs everything, sends it what strangers send, and gives its log.
fn log_of_a_busy_day(flags: &[&str]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let mut child = command(folder.path())
        .args(flags)
        .args(["--read-token", "secret-token"])
        .env("SILLAGE_LOG", "trace")
        .spawn()
        .unwrap();
    let mut stdout = std::io::BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    std::io::BufRead::read_line(&mut stdout, &mut line).unwrap();
    let url = line.trim_end().strip_prefix("listening on ").unwrap();
    let mut fine = batch(1, 1, 2);
    fine["defaults"]["customerId"] = json!("secret-visitor");
    fine["events"][0]["webEvent"]["page"]["url"] = json!("https://shop.example/secret-page");
    let mut unfit = batch(1, 2, 2);
    unfit["events"][0]["createdDate"] = json!("secret-date");
    unfit["events"][1]["webEvent"] = json!("secret-member");
    let agent = agent();
    let post = |path: &str, body: String| {
        agent
            .post(format!("{url}{path}"))
            .header("user-agent", "secret-agent")
            .header("x-forwarded-for", "203.0.113.77")
            .send(body)
            .unwrap()
            .status()
    };
    assert_eq!(post("/v1/batches", fine.to_string()), 200);
    assert_eq!(post("/v1/batches", unfit.to_string()), 200);
    assert_eq!(
        post("/v1/batches", "{\"id\": \"secret-broken".to_owned()),
        400
    );
    post(
        "/events",
        "{\"trackingId\": \"secret tracking\"}".to_owned(),
    );
    let get = |path: &str| agent.get(format!("{url}{path}")).call().unwrap().status();
    assert_eq!(get("/secret-path?token=secret-query"), 404);
    // What would end a line, or colour a terminal, were it written as it came.
    let forged = "%0a2026-11-21T12:00:00Z%20ERROR%20secret%1b[31m%0d%0a{%22level%22:%22ERROR%22}";
    assert_eq!(get(&format!("/{forged}")), 404);
    assert_eq!(
        get(&format!(
            "/v1/reports/pages?token=secret-token&site={forged}"
        )),
        400
    );
    assert_eq!(
        get(&format!(
            "/v1/forwards/{forged}/dead-letters?token=secret-token"
        )),
        404
    );
    assert_eq!(get("/api/v2/journey/sessions/secret-session/events"), 401);
    assert_eq!(get("/v1/export?token=secret-token"), 200);
    let deleted = agent
        .delete(format!("{url}/v1/visitors/secret-visitor"))
        .header("authorization", "Bearer secret-token")
        .call();
    assert_eq!(deleted.unwrap().status(), 200);
    let mut stderr = child.stderr.take().unwrap();
    let id = child.id().to_string();
    std::process::Command::new("kill").arg(id).status().unwrap();
    let mut log = String::new();
    stderr.read_to_string(&mut log).unwrap();
    assert!(child.wait().unwrap().success());
    log
}

#[test]
fn the_log_tells_of_requests_and_of_nothing_in_them() {
    let log = log_of_a_busy_day(&[]);
    assert!(log.contains("/v1/batches"), "{log}");
    assert!(log.contains("a visitor was deleted"), "{log}");
    for never in ["secret", "203.0.113", "01978f5e", "\u{1b}[31m"] {
        let found: Vec<_> = log.lines().filter(|line| line.contains(never)).collect();
        assert!(found.is_empty(), "{found:#?}");
    }
    for line in log.lines() {
        assert!(
            line.starts_with("20"),
            "not a line of the collector's own: {line}"
        );
    }
    // No client's address and port; the collector's own is on stdout.
    assert!(!log.contains("127.0.0.1"), "{log}");
}

#[test]
fn a_log_in_json_has_one_object_in_each_line() {
    let log = log_of_a_busy_day(&["--log-format", "json"]);
    let lines: Vec<Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect();
    let deleted = lines
        .iter()
        .find(|line| line["message"] == "a visitor was deleted")
        .unwrap();
    assert_eq!(
        (&deleted["level"], &deleted["events"]),
        (&json!("INFO"), &json!(2))
    );
    assert!(!log.contains("secret"), "{log}");
}
