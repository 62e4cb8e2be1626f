-- What reports ask for, one narrow row for each event, clustered by site and time: a report reads the
-- rows of its range one after the other and never the events themselves. Written and deleted with its
-- event by the triggers below, in the same transaction. For programs; people ask the views.
--
-- `what` is as in the view `journeys`: the event's name, `click`, or the state of an action. What
-- follows `session_id` is there for page views only: `page` is host and path of the address.
CREATE TABLE report_events (
    site_id           TEXT    NOT NULL,
    created_at_ms     INTEGER NOT NULL,
    sequence          INTEGER NOT NULL,
    what              TEXT    NOT NULL,
    visitor           TEXT,
    session_id        TEXT,
    page              TEXT,
    referrer_hostname TEXT,
    referrer_medium   TEXT,
    referrer_name     TEXT,
    campaign_source   TEXT,
    campaign_medium   TEXT,
    campaign_name     TEXT,
    PRIMARY KEY (site_id, created_at_ms, sequence)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER pageview_is_reported AFTER INSERT ON events WHEN new.event_name = 'page_viewed'
BEGIN
    INSERT INTO report_events VALUES (
        new.site_id, new.created_at_ms, new.sequence, new.event_name, new.visitor, new.session_id,
        coalesce((new.event ->> '$.webEvent.page.hostname') || (new.event ->> '$.webEvent.page.pathname'),
            new.page_url),
        new.event ->> '$.webEvent.referrer.hostname',
        new.event ->> '$.webEvent.referrer.medium',
        new.event ->> '$.webEvent.referrer.name',
        new.event ->> '$.webEvent.mktCampaign.source',
        new.event ->> '$.webEvent.mktCampaign.medium',
        new.event ->> '$.webEvent.mktCampaign.name');
END;

CREATE TRIGGER event_is_reported AFTER INSERT ON events WHEN new.event_name IS NOT 'page_viewed'
BEGIN
    INSERT INTO report_events (site_id, created_at_ms, sequence, what, visitor, session_id) VALUES (
        new.site_id, new.created_at_ms, new.sequence,
        coalesce(new.event_name,
            CASE new.event ->> '$.webActionEvent.action.state' WHEN 'engaged' THEN 'click' END,
            new.event ->> '$.webActionEvent.action.state', new.event_type),
        new.visitor, new.session_id);
END;

CREATE TRIGGER deleted_event_is_not_reported AFTER DELETE ON events
BEGIN
    DELETE FROM report_events
    WHERE site_id = old.site_id AND created_at_ms = old.created_at_ms AND sequence = old.sequence;
END;

-- Events that earlier collectors stored.
INSERT INTO report_events
SELECT site_id, created_at_ms, sequence,
       coalesce(event_name,
           CASE event ->> '$.webActionEvent.action.state' WHEN 'engaged' THEN 'click' END,
           event ->> '$.webActionEvent.action.state', event_type),
       visitor, session_id,
       CASE event_name WHEN 'page_viewed' THEN
           coalesce((event ->> '$.webEvent.page.hostname') || (event ->> '$.webEvent.page.pathname'), page_url)
       END,
       CASE event_name WHEN 'page_viewed' THEN event ->> '$.webEvent.referrer.hostname' END,
       CASE event_name WHEN 'page_viewed' THEN event ->> '$.webEvent.referrer.medium' END,
       CASE event_name WHEN 'page_viewed' THEN event ->> '$.webEvent.referrer.name' END,
       CASE event_name WHEN 'page_viewed' THEN event ->> '$.webEvent.mktCampaign.source' END,
       CASE event_name WHEN 'page_viewed' THEN event ->> '$.webEvent.mktCampaign.medium' END,
       CASE event_name WHEN 'page_viewed' THEN event ->> '$.webEvent.mktCampaign.name' END
FROM events;
