-- Ids of events that were deleted: they are refused as known for as long as a sender may bring them
-- again, and then forgotten. Nothing else is kept of a deleted event.
CREATE TABLE tombstones (
    site_id      TEXT    NOT NULL,
    id           TEXT    NOT NULL,
    forget_at_ms INTEGER NOT NULL,
    PRIMARY KEY (site_id, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX tombstones_by_end ON tombstones (forget_at_ms);

-- What retention looks for.
CREATE INDEX events_by_arrival ON events (received_at_ms);
CREATE INDEX batches_by_arrival ON batches (received_at_ms);
