//! Settings: by flag, environment and file; and the table of `docs/operation.md`.

use std::fs;
use std::path::Path;
use std::process::Output;

use clap::CommandFactory;
use sillage_collector::Config;
use sillage_collector::cli::Cli;

use crate::support::command;

const DOCUMENT: &str = include_str!("../../../../docs/operation.md");

fn read(file: &Path, flags: &[&str]) -> Config {
    let arguments = ["sillage-collector", "--config", file.to_str().unwrap()];
    let arguments = arguments.iter().chain(flags).map(std::ffi::OsString::from);
    Cli::read(arguments).unwrap().config
}

fn run(file: &Path, environment: &[(&str, &str)], flags: &[&str]) -> Output {
    let data = file.parent().unwrap().join("data");
    command(&data)
        .arg("--config")
        .arg(file)
        .args(flags)
        .envs(environment.iter().copied())
        .output()
        .unwrap()
}

#[test]
fn a_file_sets_what_flags_set_and_a_flag_counts_more() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("sillage.toml");
    fs::write(
        &file,
        "listen = \"127.0.0.1:9\"\nretention_days = 90\nread_token = \"t\"\nlog_format = \"json\"\nmax_live_clients = 3\n",
    )
    .unwrap();
    let config = read(&file, &[]);
    assert_eq!(config.listen, "127.0.0.1:9");
    assert_eq!(config.retention_days, Some(90));
    assert_eq!(config.read_token.as_deref(), Some("t"));
    assert_eq!(config.limits.max_live_clients, 3);
    assert_eq!(config.data, Path::new("./data"));
    let config = read(&file, &["--retention-days", "5"]);
    assert_eq!(
        (config.retention_days, config.limits.max_live_clients),
        (Some(5), 3)
    );
}

#[test]
fn what_is_wrong_with_a_secret_is_said_without_it() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("sillage.toml");
    fs::write(&file, "").unwrap();
    let from_the_file = folder.path().join("secret.toml");
    fs::write(&from_the_file, "put_events_keys = \"hush-hush\"\n").unwrap();
    for (file, environment, flags) in [
        (&file, &[][..], &["--put-events-keys", "hush-hush"][..]),
        (&file, &[("SILLAGE_PUT_EVENTS_KEYS", "hush-hush")], &[]),
        (&file, &[("SILLAGE_SITE_KEY", "hush-hush")], &[]),
        (&from_the_file, &[], &[]),
    ] {
        let output = run(file, environment, flags);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains("-key"), "{said}");
        assert!(!said.contains("hush"), "{said}");
    }
}

#[test]
fn the_environment_counts_more_than_the_file_and_less_than_a_flag() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("sillage.toml");
    fs::write(&file, "assets = \"from-the-file\"\n").unwrap();
    let environment = [("SILLAGE_ASSETS", "from-the-environment")];
    for (environment, flags, used) in [
        (&[][..], &[][..], "from-the-file"),
        (&environment, &[], "from-the-environment"),
        (&environment, &["--assets", "from-a-flag"], "from-a-flag"),
    ] {
        // It does not start: there is no such folder.
        let errors = String::from_utf8(run(&file, environment, flags).stderr).unwrap();
        assert!(errors.contains(used), "{errors}");
    }
}

#[test]
fn a_wrong_file_is_one_line_that_names_what_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("sillage.toml");
    for (text, named) in [
        ("retention_day = 3", "no setting `retention_day`"),
        ("config = \"x\"", "no setting `config`"),
        ("retention_days = 0", "--retention-days"),
        ("retention_days = \"soon\"", "--retention-days"),
        ("retention_days = 1.5", "`retention_days` must be"),
        ("listen = 1\nread_token = \"secret", "line 2"),
        ("[limits]\nx = 1", "no setting `limits`"),
    ] {
        fs::write(&file, text).unwrap();
        let output = run(&file, &[], &[]);
        let errors = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{text}: {errors}");
        assert_eq!(errors.lines().count(), 1, "{errors}");
        assert!(errors.contains(named), "{text}: {errors}");
        assert!(!errors.contains("secret"), "{errors}");
    }
    let missing = folder.path().join("missing.toml");
    let errors = String::from_utf8(run(&missing, &[], &[]).stderr).unwrap();
    assert!(errors.contains("missing.toml"), "{errors}");
}

#[test]
fn the_help_shows_no_token_of_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("sillage.toml");
    fs::write(&file, "read_token = \"secret-token\"").unwrap();
    let output = run(&file, &[], &["--help"]);
    let help = String::from_utf8(output.stdout).unwrap();
    assert!(
        help.contains("--read-token") && !help.contains("secret"),
        "{help}"
    );
}

#[test]
fn the_table_of_the_document_has_every_setting_as_it_is() {
    let command = Cli::command();
    let settings: Vec<_> = command
        .get_arguments()
        .filter(|argument| argument.get_env().is_some())
        .collect();
    assert!(settings.len() > 10);
    for argument in &settings {
        let values = argument.get_value_names().unwrap()[0].as_str();
        let default = match argument.get_default_values() {
            [] => "none".to_owned(),
            [default] => format!("`{}`", default.to_str().unwrap()),
            several => panic!("{several:?}"),
        };
        let row = format!(
            "| `--{} {values}` | `{}` | {default} |",
            argument.get_long().unwrap(),
            argument.get_env().unwrap().to_str().unwrap(),
        );
        assert!(DOCUMENT.contains(&row), "not in the table: {row}");
    }
    let rows = DOCUMENT.lines().filter(|line| line.starts_with("| `--"));
    assert_eq!(rows.count(), settings.len());
}

#[test]
fn the_settings_file_to_begin_with_is_taken() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/sillage.toml");
    let config = read(&file, &[]);
    assert_eq!(config.retention_days, Some(400));
    // The lines that are only suggested too, once they are no comments any more.
    let text = fs::read_to_string(&file).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let all = folder.path().join("sillage.toml");
    fs::write(
        &all,
        text.replace("# assets", "assets")
            .replace("# docs", "docs")
            .replace("# read_token", "read_token"),
    )
    .unwrap();
    assert!(read(&all, &[]).read_token.is_some());
}

#[test]
fn what_may_be_said_several_times_is_a_list_in_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("sillage.toml");
    fs::write(
        &file,
        "allow_origin = [\"shop=https://a.example\", \"shop=https://b.example\"]\ntrusted_proxies = [\"10.0.0.0/8\"]\n",
    )
    .unwrap();
    let config = read(&file, &[]);
    assert_eq!(
        (config.allow_origin.len(), config.trusted_proxies.len()),
        (2, 1)
    );
}
