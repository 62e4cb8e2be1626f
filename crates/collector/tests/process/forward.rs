//! Forwarding as the program does it: how it starts, how it stops, and what it logs.

use std::io::Read;
use std::net::TcpListener;
use std::time::{Duration, Instant};

use crate::support::{Process, agent, batch, command, post};

const LIMIT: Duration = Duration::from_secs(5);

#[test]
fn a_destination_that_never_answers_does_not_hold_the_collector_up_and_is_not_logged() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut command = command(folder.path());
    command
        .arg("--personalize-tracker=shop=secret-tracker")
        .arg("--personalize-region=eu-west-1")
        .arg(format!(
            "--personalize-url=http://{}",
            silent.local_addr().unwrap()
        ))
        .env("AWS_ACCESS_KEY_ID", "secret-id")
        .env("AWS_SECRET_ACCESS_KEY", "secret-key")
        .env("SILLAGE_LOG", "trace");
    let mut process = Process::start_command(&mut command);
    let url = process.url.clone();
    let mut stderr = process.child.stderr.take().unwrap();
    let log = std::thread::spawn(move || {
        let mut log = String::new();
        stderr.read_to_string(&mut log).unwrap();
        log
    });
    assert_eq!(post(&agent(), &url, &batch(1, 1, 2)).unwrap().0, 200);
    // The call is on its way, and its answer will not come.
    let (mut call, _) = silent.accept().unwrap();
    let mut head = [0; 13];
    call.read_exact(&mut head).unwrap();
    assert_eq!(&head, b"POST /events ");
    let begun = Instant::now();
    process.signal("-TERM");
    assert!(process.wait().success());
    assert!(begun.elapsed() < LIMIT, "took {:?}", begun.elapsed());
    let log = log.join().unwrap();
    assert!(log.contains("stopping"), "{log}");
    for never in ["secret", "127.0.0.1", "01978f5e"] {
        let found: Vec<_> = log.lines().filter(|line| line.contains(never)).collect();
        assert!(found.is_empty(), "{found:#?}");
    }
}

#[test]
fn what_was_stored_while_the_destination_was_away_is_forwarded_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let service = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = service.local_addr().unwrap();
    let start = || {
        let mut command = command(folder.path());
        command
            .arg("--genesys-deployment=shop=deployment-1")
            .arg(format!("--genesys-url=http://{address}"))
            .env("GENESYS_CLOUD_ACCESS_TOKEN", "given");
        Process::start_command(&mut command)
    };
    let first = start();
    assert_eq!(post(&agent(), &first.url, &batch(1, 1, 1)).unwrap().0, 200);
    let (call, _) = service.accept().unwrap();
    first.signal("-KILL");
    assert!(!first.wait().success());
    drop(call);
    let second = start();
    let (mut call, _) = service.accept().unwrap();
    let mut text = String::new();
    while !text.contains("page_viewed") {
        let mut bytes = [0; 1_024];
        let read = call.read(&mut bytes).unwrap();
        assert_ne!(read, 0, "{text}");
        text.push_str(std::str::from_utf8(&bytes[..read]).unwrap());
    }
    assert!(text.starts_with("POST /api/v2/journey/deployments/deployment-1/webevents "));
    assert!(text.to_lowercase().contains("authorization: bearer given"));
    drop(second);
}

#[test]
fn forwarding_without_what_it_needs_is_one_line_that_says_what() {
    for (flag, said) in [
        ("--personalize-tracker=shop=t1", "AWS_REGION"),
        ("--genesys-deployment=shop=d1", "GENESYS_CLOUD_CLIENT_ID"),
        ("--genesys-deployment=shop=d1/../x", "--genesys-deployment"),
        ("--genesys-url=api.example", "--genesys-url"),
        ("--personalize-region=x.example/", "--personalize-region"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let output = command(folder.path())
            .arg(flag)
            .env("AWS_CONFIG_FILE", "none")
            .env("AWS_SHARED_CREDENTIALS_FILE", "none")
            .env_remove("AWS_REGION")
            .env_remove("AWS_DEFAULT_REGION")
            .output()
            .unwrap();
        let errors = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success());
        assert_eq!(errors.lines().count(), 1, "{errors}");
        assert!(errors.contains(said), "{errors}");
    }
}
