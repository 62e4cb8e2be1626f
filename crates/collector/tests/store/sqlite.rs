//! The embedded store.

use std::sync::Arc;

use sillage_collector::store::sqlite::SqliteStore;

crate::contract::store_contract!(|folder, max_queued_bytes| {
    Arc::new(SqliteStore::open(folder, max_queued_bytes).unwrap())
});
