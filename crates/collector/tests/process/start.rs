//! Starting: the line that says where, and one clear line where it cannot.

use std::fs;
use std::net::TcpListener;
use std::path::Path;

use crate::support::{Process, agent, batch, command, post};

/// Starts with more flags, which must fail; returns the exit status and stderr.
fn failure(data: &Path, flags: &[&str]) -> (i32, String) {
    let output = command(data).args(flags).output().unwrap();
    assert_eq!(
        String::from_utf8(output.stdout).unwrap(),
        "",
        "nothing says it listens"
    );
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(errors.lines().count(), 1, "one line: {errors:?}");
    (output.status.code().unwrap(), errors)
}

#[test]
fn it_says_where_it_listens_when_it_can_be_asked() {
    let folder = tempfile::tempdir().unwrap();
    let process = Process::start(&folder.path().join("made/when/missing"));
    assert!(
        !process.url.ends_with(":0"),
        "the real port: {}",
        process.url
    );
    let health = agent()
        .get(format!("{}/healthz", process.url))
        .call()
        .unwrap();
    assert_eq!(health.status(), 200);
}

#[test]
fn what_was_stored_is_there_after_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    let first = Process::start(folder.path());
    assert_eq!(
        post(&agent(), &first.url, &batch(1, 1, 3)).unwrap().1["stored"],
        3
    );
    first.signal("-TERM");
    assert!(first.wait().success());
    let second = Process::start(folder.path());
    assert_eq!(
        post(&agent(), &second.url, &batch(1, 1, 3)).unwrap().1["duplicates"],
        3
    );
}

#[test]
fn a_port_in_use_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_sillage-collector"))
        .args(["--listen", &address, "--data"])
        .arg(folder.path())
        .output()
        .unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(errors.lines().count(), 1, "{errors}");
    assert!(
        errors.contains(&address) && errors.contains("in use"),
        "{errors}"
    );
}

#[test]
fn a_data_folder_that_cannot_be_written_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let (status, errors) = failure(&file.join("data"), &[]);
    assert_eq!(status, 1);
    assert!(
        errors.contains("data folder") && errors.contains("file/data"),
        "{errors}"
    );
}

#[test]
fn a_data_folder_that_another_collector_uses_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let _first = Process::start(folder.path());
    let (status, errors) = failure(folder.path(), &[]);
    assert_eq!(status, 1);
    assert!(errors.contains("in use by another collector"), "{errors}");
}

#[test]
fn folders_that_cannot_be_read_are_named() {
    let folder = tempfile::tempdir().unwrap();
    for flag in ["assets", "demo", "docs"] {
        let (status, errors) = failure(folder.path(), &[&format!("--{flag}"), "no/such/folder"]);
        assert_eq!(status, 1);
        assert!(
            errors.contains(&format!("{flag} folder no/such/folder")),
            "{errors}"
        );
    }
}

#[test]
fn a_wrong_flag_is_named() {
    let folder = tempfile::tempdir().unwrap();
    for flags in [
        &["--nonsense"][..],
        &["--max-live-clients", "many"],
        &["--read-token", ""],
    ] {
        let (status, errors) = failure(folder.path(), flags);
        assert_eq!(status, 2);
        assert!(errors.contains(flags[0]), "{errors}");
    }
    let (status, errors) = failure(folder.path(), &["--demo", "no/such", "--assets", "no/such"]);
    assert_eq!(status, 1, "{errors}");
}
