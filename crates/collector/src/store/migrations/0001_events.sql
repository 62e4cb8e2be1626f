-- Events, one row for each (site, event id). `event` is the whole event; the other columns repeat
-- what people ask for in SQL. Times are Unix milliseconds; `created_at_ms` is by the collector's
-- clock, `original_created_at_ms` as the client gave it.
CREATE TABLE events (
    sequence               INTEGER PRIMARY KEY AUTOINCREMENT,
    site_id                TEXT    NOT NULL,
    id                     TEXT    NOT NULL,
    batch_id               TEXT    NOT NULL,
    session_id             TEXT,
    customer_id            TEXT,
    customer_id_type       TEXT,
    correlation_id         TEXT,
    event_type             TEXT    NOT NULL,
    event_name             TEXT,
    page_url               TEXT,
    created_at_ms          INTEGER NOT NULL,
    original_created_at_ms INTEGER NOT NULL,
    received_at_ms         INTEGER NOT NULL,
    fingerprint            INTEGER NOT NULL,
    event                  TEXT    NOT NULL,
    UNIQUE (site_id, id)
) STRICT;

CREATE INDEX events_by_session ON events (session_id, created_at_ms, sequence);

-- One row for each batch: its receipt. `conflicts` counts duplicates with other content.
CREATE TABLE batches (
    site_id         TEXT    NOT NULL,
    id              TEXT    NOT NULL,
    tracker_name    TEXT    NOT NULL,
    tracker_version TEXT    NOT NULL,
    sent_at_ms      INTEGER NOT NULL,
    received_at_ms  INTEGER NOT NULL,
    stored          INTEGER NOT NULL,
    duplicates      INTEGER NOT NULL,
    conflicts       INTEGER NOT NULL,
    rejected        INTEGER NOT NULL,
    PRIMARY KEY (site_id, id)
) STRICT, WITHOUT ROWID;

-- Totals of each visitor: `visitor` is `<customerIdType>:<customerId>`, or `session:<id>` for events
-- without a customer id.
CREATE TABLE visitors (
    site_id        TEXT    NOT NULL,
    visitor        TEXT    NOT NULL,
    event_count    INTEGER NOT NULL,
    pageview_count INTEGER NOT NULL,
    PRIMARY KEY (site_id, visitor)
) STRICT, WITHOUT ROWID;

-- What senders say they have tracked and dropped: the greatest count seen of each outbox. Anybody can
-- send any number, so these are claims, not facts.
CREATE TABLE outboxes (
    site_id       TEXT    NOT NULL,
    outbox_id     TEXT    NOT NULL,
    tracked       INTEGER NOT NULL,
    updated_at_ms INTEGER NOT NULL,
    PRIMARY KEY (site_id, outbox_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX outboxes_by_update ON outboxes (site_id, updated_at_ms);

CREATE TABLE drops (
    site_id   TEXT    NOT NULL,
    outbox_id TEXT    NOT NULL,
    reason    TEXT    NOT NULL,
    dropped   INTEGER NOT NULL,
    PRIMARY KEY (site_id, outbox_id, reason),
    FOREIGN KEY (site_id, outbox_id) REFERENCES outboxes (site_id, outbox_id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

-- When the health check last committed.
CREATE TABLE heartbeat (
    only_row   INTEGER PRIMARY KEY CHECK (only_row = 1),
    beat_at_ms INTEGER NOT NULL
) STRICT;
