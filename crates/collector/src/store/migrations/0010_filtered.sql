-- Drops by a site's own rules have a column of their own; those that came before this stay in `dropped_other`.
DROP VIEW delivery;

ALTER TABLE delivery_days ADD COLUMN dropped_filtered INTEGER NOT NULL DEFAULT 0;

CREATE VIEW delivery AS
SELECT *,
       tracked - stored - (dropped - dropped_rejected) - max(rejected, dropped_rejected) AS missing
FROM (SELECT site_id, day, requests, tracked, stored, duplicates, conflicts, rejected,
             dropped_queue_full + dropped_too_large + dropped_invalid + dropped_no_consent
                 + dropped_rejected + dropped_expired + dropped_filtered + dropped_other AS dropped,
             dropped_queue_full, dropped_too_large, dropped_invalid, dropped_no_consent,
             dropped_rejected, dropped_expired, dropped_filtered, dropped_other
      FROM delivery_days);
