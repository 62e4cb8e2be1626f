"""What no schema can say of the collector's bodies and parameters, for schemathesis. Named by SCHEMATHESIS_HOOKS."""

import json
import time
from datetime import datetime, timedelta, timezone

import schemathesis
from hypothesis import strategies as st


@schemathesis.serializer("text/plain")
def json_as_text(context, value):
    """A batch travels as `text/plain`; what it is stays JSON."""
    return value.encode() if isinstance(value, str) else json.dumps(value).encode()


# The last half hour: dates that every door takes. Other dates are tried by the Rust tests.
START = datetime.now(timezone.utc).replace(tzinfo=None) - timedelta(minutes=30)
recent = st.datetimes(START, START + timedelta(minutes=30)).map(lambda at: at.isoformat(timespec="milliseconds") + "Z")
schemathesis.openapi.format("date-time", recent)

# Absolute addresses as WHATWG's URL standard has them; RFC 3986 alone allows some that it refuses.
addresses = r"\Ahttps?://[a-z]{1,9}\.example(/[a-z0-9]{0,9}){0,3}(\?[a-z]{1,5}=[a-z0-9]{0,9})?\Z"
schemathesis.openapi.format("uri", st.from_regex(addresses))

# `properties` of a `PutEvents` event, without reserved names.
values = st.one_of(st.none(), st.booleans(), st.integers(-9, 9), st.text(max_size=9))
properties = st.dictionaries(st.from_regex(r"\A[a-h]{1,6}\Z"), values, max_size=4)
schemathesis.openapi.format("json-object", properties.map(json.dumps))


@schemathesis.hook
def before_load_schema(context, raw_schema):
    """A range that every interval can cut, for the phase that takes examples only."""
    parameters = raw_schema["components"]["parameters"]
    for name, minutes in [("from", 0), ("to", 20)]:
        at = START + timedelta(minutes=minutes)
        parameters[name]["example"] = at.isoformat(timespec="milliseconds") + "Z"


@schemathesis.hook
def filter_query(context, query):
    """`from` lies before `to`."""
    query = query or {}
    begin, end = query.get("from"), query.get("to")
    return not (isinstance(begin, str) and isinstance(end, str) and begin >= end)


@schemathesis.hook
def filter_body(context, body):
    """What an SDK reports happened at most an hour ago (Genesys), or is at most a day ahead (PutEvents)."""
    if not isinstance(body, dict):
        return True
    created = body.get("createdDate")
    if isinstance(created, str) and created.endswith("Z") and created < START.isoformat():
        return False
    events = body.get("eventList")
    sent = [event.get("sentAt") for event in events if isinstance(event, dict)] if isinstance(events, list) else []
    return all(not isinstance(at, (int, float)) or at < time.time() for at in sent)
