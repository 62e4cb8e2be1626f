//! Copying the database while a collector writes to it.
//!
//! `VACUUM INTO` copies one moment of the database, however long it takes and whatever is written
//! meanwhile; the backup interface of `SQLite` begins anew whenever another process writes, and under
//! load would not end. The copy has no free pages, so nothing that was deleted
//! (<https://sqlite.org/lang_vacuum.html#vacuuminto>).

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};
use thiserror::Error;

use super::DATABASE_FILE;

/// How long to wait for a lock; only a collector that is just opening the database holds one.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// Why there is no backup. Nothing is left behind at its place then.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum BackupError {
    /// A backup is never written over something.
    #[error("{} exists already", path.display())]
    Exists {
        /// Where the backup was to be.
        path: PathBuf,
    },
    /// The database cannot be read, or the copy cannot be made.
    #[error("{} cannot be copied to {}: {source}", from.display(), to.display())]
    Copy {
        /// The database.
        from: PathBuf,
        /// Where the backup was to be.
        to: PathBuf,
        /// What `SQLite` says.
        source: rusqlite::Error,
    },
    /// The copy is damaged.
    #[error("the copy is damaged: {found}")]
    Damaged {
        /// What `SQLite` says.
        found: String,
    },
    /// The copy cannot be written to disk.
    #[error("{} cannot be written: {source}", path.display())]
    Write {
        /// Where the backup was to be.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

/// Copies the store of `folder` to `file`, checks the copy and syncs it to disk. A collector may be
/// running. Gives the size of the copy in bytes.
///
/// # Errors
///
/// When `file` exists, or one of the steps fails.
pub fn back_up(folder: &Path, file: &Path) -> Result<u64, BackupError> {
    if file.exists() {
        return Err(BackupError::Exists {
            path: file.to_owned(),
        });
    }
    // Under another name until it is whole.
    let mut partial = file.as_os_str().to_owned();
    partial.push(".partial");
    let partial = PathBuf::from(partial);
    let written = remove(&partial)
        .and_then(|()| copy(&folder.join(DATABASE_FILE), &partial))
        .and_then(|()| keep(&partial, file));
    if written.is_err() {
        let _ = fs::remove_file(&partial);
    }
    written
}

/// What a backup that was interrupted left.
fn remove(partial: &Path) -> Result<(), BackupError> {
    match fs::remove_file(partial) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => Err(BackupError::Write {
            path: partial.to_owned(),
            source,
        }),
        _ => Ok(()),
    }
}

fn copy(from: &Path, to: &Path) -> Result<(), BackupError> {
    let failed = |source| BackupError::Copy {
        from: from.to_owned(),
        to: to.to_owned(),
        source,
    };
    let name = to
        .to_str()
        .ok_or_else(|| failed(rusqlite::Error::InvalidPath(to.to_owned())))?;
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    Connection::open_with_flags(from, flags)
        .and_then(|database| {
            database.busy_timeout(BUSY_TIMEOUT)?;
            database.execute("VACUUM INTO ?1", [name])
        })
        .map_err(failed)?;
    let found: String = Connection::open_with_flags(to, flags)
        .and_then(|copy| copy.query_row("PRAGMA quick_check(1)", [], |row| row.get(0)))
        .map_err(failed)?;
    if found == "ok" {
        Ok(())
    } else {
        Err(BackupError::Damaged { found })
    }
}

/// `SQLite` does not sync the copy.
fn keep(partial: &Path, file: &Path) -> Result<u64, BackupError> {
    let sync = || {
        let copy = File::open(partial)?;
        copy.sync_all()?;
        let bytes = copy.metadata()?.len();
        fs::rename(partial, file)?;
        let folder = match file.parent() {
            Some(folder) if folder != Path::new("") => folder,
            _ => Path::new("."),
        };
        File::open(folder)?.sync_all()?;
        Ok(bytes)
    };
    sync().map_err(|source| BackupError::Write {
        path: file.to_owned(),
        source,
    })
}
