-- Reports are about visitors: they leave out what programs sent, unless they are asked for it too.
ALTER TABLE report_events ADD COLUMN is_bot INTEGER NOT NULL DEFAULT 0;

UPDATE report_events SET is_bot = 1 WHERE sequence IN (SELECT sequence FROM events WHERE is_bot = 1);

DROP TRIGGER pageview_is_reported;
DROP TRIGGER event_is_reported;

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
        new.event ->> '$.webEvent.mktCampaign.name',
        new.is_bot);
END;

CREATE TRIGGER event_is_reported AFTER INSERT ON events WHEN new.event_name IS NOT 'page_viewed'
BEGIN
    INSERT INTO report_events (site_id, created_at_ms, sequence, what, visitor, session_id, is_bot) VALUES (
        new.site_id, new.created_at_ms, new.sequence,
        coalesce(new.event_name,
            CASE new.event ->> '$.webActionEvent.action.state' WHEN 'engaged' THEN 'click' END,
            new.event ->> '$.webActionEvent.action.state', new.event_type),
        new.visitor, new.session_id, new.is_bot);
END;
