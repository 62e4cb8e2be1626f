-- What arrived on each day, by site. Kept as running counts, written in the transaction of what they
-- count: they outlive the outboxes and events that they are about, and reading them costs nothing.
-- `day` is the UTC day of arrival by the collector's clock, as YYYY-MM-DD. `tracked` and `dropped_*`
-- are by how much the senders' cumulative claims grew on that day (tables `outboxes` and `drops`);
-- like those they are claims, and stop at 2^53.
CREATE TABLE delivery_days (
    site_id            TEXT    NOT NULL,
    day                TEXT    NOT NULL,
    requests           INTEGER NOT NULL DEFAULT 0,
    tracked            INTEGER NOT NULL DEFAULT 0,
    stored             INTEGER NOT NULL DEFAULT 0,
    duplicates         INTEGER NOT NULL DEFAULT 0,
    conflicts          INTEGER NOT NULL DEFAULT 0,
    rejected           INTEGER NOT NULL DEFAULT 0,
    dropped_queue_full INTEGER NOT NULL DEFAULT 0,
    dropped_too_large  INTEGER NOT NULL DEFAULT 0,
    dropped_invalid    INTEGER NOT NULL DEFAULT 0,
    dropped_no_consent INTEGER NOT NULL DEFAULT 0,
    dropped_rejected   INTEGER NOT NULL DEFAULT 0,
    dropped_expired    INTEGER NOT NULL DEFAULT 0,
    dropped_other      INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (site_id, day)
) STRICT, WITHOUT ROWID;

-- Requests without events are no batches and have no receipt; earlier collectors wrote one.
DELETE FROM batches WHERE stored + duplicates + rejected = 0;

-- What was stored before: by the day that the batch first arrived, claims by the day they last grew.
INSERT INTO delivery_days (site_id, day, requests, stored, duplicates, conflicts, rejected)
SELECT site_id, date(received_at_ms / 1000, 'unixepoch') AS arrived,
       count(*), sum(stored), sum(duplicates), sum(conflicts), sum(rejected)
FROM batches GROUP BY site_id, arrived;

INSERT INTO delivery_days (site_id, day, tracked)
SELECT site_id, date(updated_at_ms / 1000, 'unixepoch') AS arrived,
       CAST(min(total(tracked), 9007199254740992.0) AS INTEGER)
FROM outboxes GROUP BY site_id, arrived
ON CONFLICT DO UPDATE SET tracked = excluded.tracked;

INSERT INTO delivery_days (site_id, day, dropped_queue_full, dropped_too_large, dropped_invalid,
    dropped_no_consent, dropped_rejected, dropped_expired, dropped_other)
SELECT site_id, date(updated_at_ms / 1000, 'unixepoch') AS arrived,
       CAST(min(total(dropped) FILTER (WHERE reason = 'queue_full'), 9007199254740992.0) AS INTEGER),
       CAST(min(total(dropped) FILTER (WHERE reason = 'too_large'), 9007199254740992.0) AS INTEGER),
       CAST(min(total(dropped) FILTER (WHERE reason = 'invalid'), 9007199254740992.0) AS INTEGER),
       CAST(min(total(dropped) FILTER (WHERE reason = 'no_consent'), 9007199254740992.0) AS INTEGER),
       CAST(min(total(dropped) FILTER (WHERE reason = 'rejected'), 9007199254740992.0) AS INTEGER),
       CAST(min(total(dropped) FILTER (WHERE reason = 'expired'), 9007199254740992.0) AS INTEGER),
       CAST(min(total(dropped) FILTER (WHERE reason NOT IN
           ('queue_full', 'too_large', 'invalid', 'no_consent', 'rejected', 'expired')),
           9007199254740992.0) AS INTEGER)
FROM drops JOIN outboxes USING (site_id, outbox_id) GROUP BY site_id, arrived
ON CONFLICT DO UPDATE SET
    dropped_queue_full = excluded.dropped_queue_full,
    dropped_too_large = excluded.dropped_too_large,
    dropped_invalid = excluded.dropped_invalid,
    dropped_no_consent = excluded.dropped_no_consent,
    dropped_rejected = excluded.dropped_rejected,
    dropped_expired = excluded.dropped_expired,
    dropped_other = excluded.dropped_other;

-- For people: docs/delivery-sql.md. A sender that has seen its events rejected counts them as dropped
-- for the reason `rejected`; one whose answer was lost does not. So the greater of the two is what is
-- known to be rejected, never their sum.
CREATE VIEW delivery AS
SELECT *,
       tracked - stored - (dropped - dropped_rejected) - max(rejected, dropped_rejected) AS missing
FROM (SELECT site_id, day, requests, tracked, stored, duplicates, conflicts, rejected,
             dropped_queue_full + dropped_too_large + dropped_invalid + dropped_no_consent
                 + dropped_rejected + dropped_expired + dropped_other AS dropped,
             dropped_queue_full, dropped_too_large, dropped_invalid, dropped_no_consent,
             dropped_rejected, dropped_expired, dropped_other
      FROM delivery_days);
