//! [`Place`]: where a test's store lives, so that it can be opened again.

use std::path::Path;
use std::sync::Arc;

use sillage_collector::store::Store;
use tempfile::TempDir;

/// Opens the store that belongs to a folder, with so many bytes of events that may wait. Opened
/// again, it has what was stored before; a store that keeps its data elsewhere takes the folder for
/// a name.
pub(crate) type Open = fn(&Path, usize) -> Arc<dyn Store>;

/// Enough for every test that is not about the bound.
const MAX_QUEUED_BYTES: usize = 64 * 1024 * 1024;

pub(crate) struct Place {
    folder: TempDir,
    open: Open,
}

impl Place {
    pub(crate) fn new(open: Open) -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            open,
        }
    }

    /// Opens the store. The one before must be closed and dropped.
    pub(crate) fn open(&self) -> Arc<dyn Store> {
        self.open_with_room(MAX_QUEUED_BYTES)
    }

    pub(crate) fn open_with_room(&self, max_queued_bytes: usize) -> Arc<dyn Store> {
        (self.open)(self.folder.path(), max_queued_bytes)
    }

    /// Closes the store and opens it again.
    pub(crate) async fn reopen(&self, store: Arc<dyn Store>) -> Arc<dyn Store> {
        store.close().await.unwrap();
        drop(store);
        self.open()
    }
}
