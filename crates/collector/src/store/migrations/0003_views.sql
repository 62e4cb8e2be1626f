-- Who an event is about, as the table `visitors` names them: `<customerIdType>:<customerId>`, or
-- `session:<id>` for events without a customer id. Virtual: kept in the index alone.
ALTER TABLE events ADD COLUMN visitor TEXT GENERATED ALWAYS AS (
    CASE WHEN customer_id IS NOT NULL THEN coalesce(customer_id_type, 'unknown') || ':' || customer_id
         WHEN session_id IS NOT NULL THEN 'session:' || session_id END) VIRTUAL;

CREATE INDEX events_by_visitor ON events (visitor, created_at_ms);

-- For people: docs/sql.md. Times ending in `_at` are ISO 8601 in UTC, by the collector's clock.

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
       event ->> '$.webEvent.geolocation.country' AS country
FROM events WHERE event_name = 'page_viewed';

-- One row for each click, with the page that it happened on: a click's correlation id is the id of
-- its page view.
CREATE VIEW clicks AS
SELECT click.site_id, click.id, click.session_id, click.visitor, click.created_at_ms,
       strftime('%Y-%m-%dT%H:%M:%fZ', click.created_at_ms / 1000.0, 'unixepoch') AS created_at,
       date(click.created_at_ms / 1000, 'unixepoch') AS day,
       click.correlation_id AS pageview_id,
       page.page_url,
       click.event ->> '$.webActionEvent.action.id'             AS action_id,
       click.event ->> '$.webActionEvent.actionMap.displayName' AS name,
       click.event ->> '$.webActionEvent.action.prompt'         AS prompt,
       click.event ->> '$.webActionEvent.action.mediaType'      AS media_type,
       click.event ->> '$.webActionEvent.actionTarget.selfUri'  AS target_url
FROM events AS click
LEFT JOIN events AS page ON page.site_id = click.site_id AND page.id = click.correlation_id
WHERE click.event_type = 'com.genesys.journey.WebActionEvent'
  AND click.event ->> '$.webActionEvent.action.state' = 'engaged';

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
       entry.event ->> '$.webEvent.geolocation.country' AS country
FROM (SELECT site_id, session_id,
             min(created_at_ms) AS started_at_ms,
             max(created_at_ms) AS ended_at_ms,
             count(*) AS events,
             count(*) FILTER (WHERE event_name = 'page_viewed') AS pageviews,
             count(*) FILTER (WHERE event_type = 'com.genesys.journey.WebActionEvent'
                 AND event ->> '$.webActionEvent.action.state' = 'engaged') AS clicks
      FROM events WHERE session_id IS NOT NULL GROUP BY session_id, site_id) AS visit
LEFT JOIN events AS entry ON entry.sequence =
    (SELECT sequence FROM events
     WHERE session_id = visit.session_id AND site_id = visit.site_id AND event_name = 'page_viewed'
     ORDER BY created_at_ms, sequence LIMIT 1);

-- One row for each thing that a visitor did, in order, through all of the visitor's sessions.
CREATE VIEW journeys AS
SELECT site_id, visitor, session_id,
       sum(is_first_of_session) OVER in_order AS session_number,
       row_number() OVER in_order AS step,
       created_at_ms,
       strftime('%Y-%m-%dT%H:%M:%fZ', created_at_ms / 1000.0, 'unixepoch') AS created_at,
       (created_at_ms - lag(created_at_ms) OVER in_order) / 1000.0 AS seconds_since_previous,
       what, about, page_url, id
FROM (SELECT site_id, visitor, session_id, created_at_ms, sequence, id, page_url,
             session_id IS NOT lag(session_id) OVER (PARTITION BY visitor, site_id
                 ORDER BY created_at_ms, sequence) AS is_first_of_session,
             coalesce(event_name,
                 CASE event ->> '$.webActionEvent.action.state' WHEN 'engaged' THEN 'click' END,
                 event ->> '$.webActionEvent.action.state', event_type) AS what,
             coalesce(event ->> '$.webActionEvent.action.prompt',
                 event ->> '$.webActionEvent.actionMap.displayName',
                 event ->> '$.webEvent.page.title') AS about
      FROM events WHERE visitor IS NOT NULL)
WINDOW in_order AS (PARTITION BY visitor, site_id ORDER BY created_at_ms, sequence);
