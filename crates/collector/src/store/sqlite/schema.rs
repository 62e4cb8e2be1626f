//! Opening the database: its settings and its migrations.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};

use super::OpenError;
use crate::clock;

/// All migrations, in their order; the first has version 1. A released one is never changed.
const MIGRATIONS: &[(&str, &str)] = &[
    ("0001_events", include_str!("../migrations/0001_events.sql")),
    (
        "0002_delivery",
        include_str!("../migrations/0002_delivery.sql"),
    ),
    ("0003_views", include_str!("../migrations/0003_views.sql")),
    (
        "0004_forgetting",
        include_str!("../migrations/0004_forgetting.sql"),
    ),
    (
        "0005_forwarding",
        include_str!("../migrations/0005_forwarding.sql"),
    ),
    (
        "0006_reports",
        include_str!("../migrations/0006_reports.sql"),
    ),
    ("0007_bots", include_str!("../migrations/0007_bots.sql")),
    (
        "0008_report_bots",
        include_str!("../migrations/0008_report_bots.sql"),
    ),
    (
        "0009_reports_by_the_writer",
        include_str!("../migrations/0009_reports_by_the_writer.sql"),
    ),
    (
        "0010_filtered",
        include_str!("../migrations/0010_filtered.sql"),
    ),
];

/// `page_size`: events of about 1 KB waste less space and need fewer levels in pages of 16 KiB than
/// in the default 4 KiB. It only takes effect before the first table is made.
/// `synchronous = FULL`: in WAL mode, the log is synced at every commit, which is what an
/// acknowledgement promises (<https://sqlite.org/pragma.html#pragma_synchronous>).
/// `cache_size`: in KiB, below zero. With the default of 2 MB the pages of a large group do not fit into
/// the cache, and are written to the log more than once. It is filled by a large store only.
/// `temp_store`: copies of pages that a statement changes, should it have to be undone, in memory.
/// `wal_autocheckpoint`: the log is emptied by `super::checkpoint`.
/// `secure_delete`: what is deleted is overwritten with zeros, not left in free pages.
const SETTINGS: &str = "
    PRAGMA page_size = 16384;
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA cache_size = -32768;
    PRAGMA temp_store = MEMORY;
    PRAGMA wal_autocheckpoint = 0;
    PRAGMA foreign_keys = ON;
    PRAGMA secure_delete = ON;
";

/// How long the writer waits for a lock that another program holds, say a person's `sqlite3`.
pub(super) const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Prepared statements that the writer keeps.
const CACHED_STATEMENTS: usize = 32;

pub(super) fn open(path: &Path) -> Result<Connection, OpenError> {
    let database = |source| OpenError::Database {
        path: path.to_owned(),
        source,
    };
    let mut connection = Connection::open(path).map_err(database)?;
    connection.set_prepared_statement_cache_capacity(CACHED_STATEMENTS);
    connection.busy_timeout(BUSY_TIMEOUT).map_err(database)?;
    connection.execute_batch(SETTINGS).map_err(database)?;
    let transaction = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(database)?;
    let found = version(&transaction).map_err(database)?;
    let known = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
    if found > known {
        return Err(OpenError::Newer {
            path: path.to_owned(),
            found,
            known,
        });
    }
    migrate(&transaction, found)
        .and_then(|()| transaction.commit())
        .map_err(database)?;
    Ok(connection)
}

fn version(transaction: &Transaction<'_>) -> rusqlite::Result<i64> {
    transaction.execute_batch(
        "CREATE TABLE IF NOT EXISTS migrations (
             version       INTEGER PRIMARY KEY,
             name          TEXT    NOT NULL,
             applied_at_ms INTEGER NOT NULL
         ) STRICT",
    )?;
    let last = transaction
        .query_row("SELECT max(version) FROM migrations", [], |row| {
            row.get::<_, Option<i64>>(0)
        })
        .optional()?;
    Ok(last.flatten().unwrap_or(0))
}

fn migrate(transaction: &Transaction<'_>, found: i64) -> rusqlite::Result<()> {
    for (version, (name, sql)) in (1_i64..).zip(MIGRATIONS) {
        if version > found {
            transaction.execute_batch(sql)?;
            transaction.execute(
                "INSERT INTO migrations (version, name, applied_at_ms) VALUES (?1, ?2, ?3)",
                params![version, name, clock::to_sql(clock::now())],
            )?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_database_has_the_settings_that_an_acknowledgement_relies_on() {
        let folder = tempfile::tempdir().unwrap();
        let connection = open(&folder.path().join("s.sqlite")).unwrap();
        let setting = |name: &str| -> String {
            connection
                .query_row(
                    &format!("SELECT CAST({name} AS TEXT) FROM pragma_{name}"),
                    [],
                    |row| row.get(0),
                )
                .unwrap()
        };
        assert_eq!(setting("page_size"), "16384");
        assert_eq!(setting("journal_mode"), "wal");
        assert_eq!(setting("synchronous"), "2");
    }

    #[test]
    fn migrations_run_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s.sqlite");
        drop(open(&path).unwrap());
        let connection = open(&path).unwrap();
        let applied: usize = connection
            .query_row("SELECT count(*) FROM migrations", [], |row| row.get(0))
            .unwrap();
        assert_eq!(applied, MIGRATIONS.len());
    }

    #[test]
    fn what_was_stored_before_the_view_of_the_delivery_is_in_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s.sqlite");
        let mut before = Connection::open(&path).unwrap();
        let transaction = before.transaction().unwrap();
        version(&transaction).unwrap();
        transaction.execute_batch(MIGRATIONS[0].1).unwrap();
        transaction
            .execute_batch(
                "INSERT INTO migrations VALUES (1, '0001_events', 0);
                 INSERT INTO batches VALUES ('shop', 'b1', '', '', 0, 86399999, 3, 2, 1, 1);
                 INSERT INTO batches VALUES ('shop', 'b2', '', '', 0, 86400000, 4, 0, 0, 0);
                 INSERT INTO batches VALUES ('shop', 'ask', '', '', 0, 86400000, 0, 0, 0, 0);
                 INSERT INTO outboxes VALUES ('shop', 'o1', 9, 1000);
                 INSERT INTO outboxes VALUES ('shop', 'o2', 9223372036854775807, 172800000);
                 INSERT INTO drops VALUES ('shop', 'o1', 'queue_full', 2);
                 INSERT INTO drops VALUES ('shop', 'o1', 'rejected', 1);
                 INSERT INTO drops VALUES ('shop', 'o1', 'moon', 1);",
            )
            .unwrap();
        transaction.commit().unwrap();
        drop(before);

        let connection = open(&path).unwrap();
        let rows: Vec<String> = connection
            .prepare(
                "SELECT json_array(day, requests, tracked, stored, duplicates, rejected, dropped,
                     dropped_other, missing) FROM delivery ORDER BY day",
            )
            .unwrap()
            .query_map([], |row| row.get(0))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        assert_eq!(
            rows,
            [
                r#"["1970-01-01",1,9,3,2,1,4,1,2]"#,
                r#"["1970-01-02",1,0,4,0,0,0,0,-4]"#,
                r#"["1970-01-03",0,9007199254740992,0,0,0,0,0,9007199254740992]"#,
            ]
        );
    }

    #[test]
    fn what_was_stored_before_reports_is_in_them() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s.sqlite");
        let mut before = Connection::open(&path).unwrap();
        let transaction = before.transaction().unwrap();
        version(&transaction).unwrap();
        transaction.execute_batch(MIGRATIONS[0].1).unwrap();
        transaction
            .execute_batch(
                r#"INSERT INTO migrations VALUES (1, '0001_events', 0);
                 INSERT INTO events (site_id, id, batch_id, session_id, event_type, event_name,
                     page_url, created_at_ms, original_created_at_ms, received_at_ms, fingerprint, event)
                 VALUES ('shop', 'e1', '', 's1', 'web', 'page_viewed', 'https://a.example/b?c', 5, 5, 5, 0,
                         '{"webEvent": {"page": {"hostname": "a.example", "pathname": "/b"},
                                        "mktCampaign": {"name": "spring"}}}'),
                        ('shop', 'e2', '', 's1', 'action', NULL, NULL, 6, 6, 6, 0,
                         '{"webActionEvent": {"action": {"state": "engaged"}}}');"#,
            )
            .unwrap();
        transaction.commit().unwrap();
        drop(before);

        let connection = open(&path).unwrap();
        let rows: Vec<String> = connection
            .prepare(
                "SELECT json_array(created_at_ms, what, visitor, page, campaign_name, is_bot)
                 FROM report_events ORDER BY sequence",
            )
            .unwrap()
            .query_map([], |row| row.get(0))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        assert_eq!(
            rows,
            [
                r#"[5,"page_viewed","session:s1","a.example/b","spring",0]"#,
                r#"[6,"click","session:s1",null,null,0]"#,
            ]
        );
    }

    #[test]
    fn a_database_of_a_newer_collector_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s.sqlite");
        let connection = open(&path).unwrap();
        connection
            .execute("INSERT INTO migrations VALUES (999, 'later', 0)", [])
            .unwrap();
        drop(connection);
        assert!(matches!(
            open(&path),
            Err(OpenError::Newer { found: 999, .. })
        ));
    }
}
