-- Whether a program sent the event, not a visitor, as far as its user agent tells. What was stored before
-- does not say.
ALTER TABLE events ADD COLUMN is_bot INTEGER NOT NULL DEFAULT 0;

DROP VIEW pageviews;
DROP VIEW sessions;

-- One row for each page view.
CREATE VIEW pageviews AS
SELECT site_id, id, session_id, visitor, created_at_ms,
       strftime('%Y-%m-%dT%H:%M:%fZ', created_at_ms / 1000.0, 'unixepoch') AS created_at,
       date(created_at_ms / 1000, 'unixepoch') AS day,
       page_url,
       event ->> '$.webEvent.page.hostname'     AS hostname,
       event ->> '$.webEvent.page.pathname'     AS pathname,
       event ->> '$.webEvent.page.title'        AS title,
       event ->> '$.webEvent.referrer.url'      AS referrer_url,
       event ->> '$.webEvent.referrer.hostname' AS referrer_hostname,
       event ->> '$.webEvent.referrer.medium'   AS referrer_medium,
       event ->> '$.webEvent.mktCampaign.source' AS campaign_source,
       event ->> '$.webEvent.mktCampaign.medium' AS campaign_medium,
       event ->> '$.webEvent.mktCampaign.name'   AS campaign_name,
       event ->> '$.webEvent.browser.family'    AS browser_family,
       event ->> '$.webEvent.browser.lang'      AS language,
       event ->> '$.webEvent.device.category'   AS device_category,
       event ->> '$.webEvent.device.osFamily'   AS os_family,
       event ->> '$.webEvent.geolocation.country' AS country,
       event ->> '$.webEvent.referrer.name'     AS referrer_name,
       is_bot
FROM events WHERE event_name = 'page_viewed';

-- One row for each session; what it began with is that of its first page view.
CREATE VIEW sessions AS
SELECT visit.site_id, visit.session_id,
       (SELECT visitor FROM events
        WHERE session_id = visit.session_id AND site_id = visit.site_id
        ORDER BY customer_id IS NULL, created_at_ms, sequence LIMIT 1) AS visitor,
       started_at_ms,
       strftime('%Y-%m-%dT%H:%M:%fZ', started_at_ms / 1000.0, 'unixepoch') AS started_at,
       strftime('%Y-%m-%dT%H:%M:%fZ', ended_at_ms / 1000.0, 'unixepoch') AS ended_at,
       date(started_at_ms / 1000, 'unixepoch') AS day,
       (ended_at_ms - started_at_ms) / 1000.0 AS duration_seconds,
       events, pageviews, clicks,
       entry.page_url AS entry_url,
       (SELECT page_url FROM events
        WHERE session_id = visit.session_id AND site_id = visit.site_id AND event_name = 'page_viewed'
        ORDER BY created_at_ms DESC, sequence DESC LIMIT 1) AS exit_url,
       entry.event ->> '$.webEvent.referrer.hostname' AS referrer_hostname,
       entry.event ->> '$.webEvent.referrer.medium'   AS referrer_medium,
       entry.event ->> '$.webEvent.mktCampaign.source' AS campaign_source,
       entry.event ->> '$.webEvent.mktCampaign.medium' AS campaign_medium,
       entry.event ->> '$.webEvent.mktCampaign.name'   AS campaign_name,
       entry.event ->> '$.webEvent.browser.family'    AS browser_family,
       entry.event ->> '$.webEvent.device.category'   AS device_category,
       entry.event ->> '$.webEvent.device.osFamily'   AS os_family,
       entry.event ->> '$.webEvent.geolocation.country' AS country,
       entry.event ->> '$.webEvent.referrer.name'     AS referrer_name,
       visit.is_bot
FROM (SELECT site_id, session_id,
             min(created_at_ms) AS started_at_ms,
             max(created_at_ms) AS ended_at_ms,
             max(is_bot) AS is_bot,
             count(*) AS events,
             count(*) FILTER (WHERE event_name = 'page_viewed') AS pageviews,
             count(*) FILTER (WHERE event_type = 'com.genesys.journey.WebActionEvent'
                 AND event ->> '$.webActionEvent.action.state' = 'engaged') AS clicks
      FROM events WHERE session_id IS NOT NULL GROUP BY session_id, site_id) AS visit
LEFT JOIN events AS entry ON entry.sequence =
    (SELECT sequence FROM events
     WHERE session_id = visit.session_id AND site_id = visit.site_id AND event_name = 'page_viewed'
     ORDER BY created_at_ms, sequence LIMIT 1);
