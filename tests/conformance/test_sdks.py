"""boto3 and the Genesys Python SDK, as PyPI has them, against the running collector.

Run by python.spec.ts, which says in the environment where the collector is and what a tracker has sent to it.
"""

import os
import unittest
import uuid
from datetime import datetime, timedelta, timezone
from urllib.parse import parse_qs, urlsplit

import boto3
import PureCloudPlatformClientV2 as platform
from botocore.config import Config
from botocore.exceptions import ClientError
from PureCloudPlatformClientV2.rest import ApiException

ORIGIN = os.environ["SILLAGE_ORIGIN"]
FORGETFUL = os.environ["SILLAGE_FORGETFUL"]
TOKEN = os.environ["SILLAGE_TOKEN"]
TRACKED_SESSION = os.environ["SILLAGE_TRACKED_SESSION"]
TRACKED_CUSTOMER = os.environ["SILLAGE_TRACKED_CUSTOMER"]
TRACKED_EVENTS = os.environ["SILLAGE_TRACKED_EVENTS"].split(",")

# What Genesys' own documentation of each model lists as required.
REQUIRED = {
    "Event": ["id", "correlation_id", "session", "event_type", "created_date"],
    "EventSession": ["id", "type"],
    "WebEvent": [
        "event_name", "total_event_count", "total_pageview_count", "page", "user_agent_string", "browser", "device",
        "attributes", "traits", "authenticated",
    ],
    "WebActionEvent": ["action", "action_map", "user_agent_string", "browser", "device"],
    "EventAction": ["id", "state", "media_type", "prompt", "created_date"],
    "ActionEventActionMap": ["id", "version", "display_name"],
    "JourneyPage": ["url", "domain", "hostname", "pathname", "breadcrumb"],
    "Browser": ["family", "version", "features_flash", "features_java", "features_pdf", "features_webrtc"],
    "Device": ["category", "type", "is_mobile", "os_family", "os_version"],
    "Referrer": ["url", "domain", "hostname", "pathname", "medium"],
    "CustomEventAttribute": ["data_type", "value"],
    "Session": ["id", "type", "duration_in_seconds", "event_count", "pageview_count", "created_date", "self_uri"],
    "WebEventResponseSession": ["id", "duration_in_seconds", "event_count", "pageview_count", "self_uri", "created_date"],
}  # fmt: skip


def missing(model, path=""):
    """Paths of all required members that a model and the models in it lack."""
    found = []
    for name in REQUIRED.get(type(model).__name__, []):
        if getattr(model, name) is None:
            found.append(f"{path}.{name}")
    for name in getattr(model, "swagger_types", {}):
        value = getattr(model, name)
        values = value.values() if isinstance(value, dict) else value if isinstance(value, list) else [value]
        for inner in values:
            if hasattr(inner, "swagger_types"):
                found += missing(inner, f"{path}.{name}")
    return found


def personalize(key="AKIDEXAMPLE", secret=os.environ["SILLAGE_SECRET"], origin=ORIGIN, attempts=1):
    return boto3.client(
        "personalize-events",
        endpoint_url=origin,
        region_name="eu-central-1",
        aws_access_key_id=key,
        aws_secret_access_key=secret,
        config=Config(retries={"total_max_attempts": attempts, "mode": "standard"}, parameter_validation=False),
    )


def journey(token=TOKEN):
    platform.configuration.host = ORIGIN
    client = platform.api_client.ApiClient(host=ORIGIN)
    client.access_token = token
    return platform.JourneyApi(client)


def event(**more):
    return {"eventType": "click", "sentAt": datetime.now(timezone.utc), **more}


def put(client, session_id, *events, tracking_id="shop"):
    return client.put_events(trackingId=tracking_id, userId="u-1", sessionId=session_id, eventList=list(events))


def read(session_id):
    return journey().get_journey_session_events(session_id, page_size="200").entities


class PutEvents(unittest.TestCase):
    def test_what_boto3_sends_is_read_back_by_the_genesys_sdk(self):
        session_id = str(uuid.uuid4())
        sent_at = datetime.now(timezone.utc) - timedelta(seconds=5)
        sent = event(sentAt=sent_at, eventId="order-1", itemId="tea", properties='{"seats": 3}')
        answer = put(personalize(), session_id, sent, event())
        self.assertEqual(answer["ResponseMetadata"]["HTTPStatusCode"], 200)
        self.assertEqual(len(answer["ResponseMetadata"]["RequestId"]), 36)
        first, second = read(session_id)
        self.assertEqual((first.web_event.event_name, first.customer_id), ("click", "u-1"))
        self.assertEqual(first.web_event.attributes["seats"].value, "3")
        self.assertLess(abs(first.created_date - sent_at), timedelta(milliseconds=1))
        self.assertNotEqual(first.id, second.id)

    def test_an_attempt_of_the_same_call_and_an_event_with_the_same_id_are_stored_once(self):
        session_id = str(uuid.uuid4())
        client = personalize(origin=FORGETFUL, attempts=3)
        answer = put(client, session_id, event(), event(eventId="order-2"))
        self.assertEqual(answer["ResponseMetadata"]["RetryAttempts"], 1)
        put(client, session_id, event(eventId="order-2"))
        self.assertEqual(len(read(session_id)), 2)

    def test_every_limit_is_raised_as_invalid_input_that_names_it(self):
        client = personalize()
        long = "x" * 257
        for session_id, events, rule in [
            ("s", [event()] * 11, "eventList: must have at most 10 items"),
            ("s", [], "eventList: must have at least 1 items"),
            (long, [event()], "sessionId: must have at most 256 characters"),
            ("s", [event(eventType="")], "eventList[0].eventType: must not be empty"),
            ("s", [event(), event(itemId=long)], "eventList[1].itemId: must have at most 256 characters"),
            ("s", [event(properties="x")], "eventList[0].properties: must be the text of a JSON object"),
            ("s", [event(impression=["i"] * 26)], "eventList[0].impression: must have at most 25 items"),
            (
                "s",
                [event(recommendationId="x" * 41)],
                "eventList[0].recommendationId: must have at most 40 characters",
            ),
        ]:
            with self.subTest(rule), self.assertRaises(client.exceptions.InvalidInputException) as raised:
                put(client, session_id, *events)
            self.assertEqual(raised.exception.response["Error"]["Message"], rule)

    def test_a_tracking_id_that_no_site_has_is_not_found(self):
        client = personalize()
        with self.assertRaises(client.exceptions.ResourceNotFoundException):
            put(client, "s", event(), tracking_id="no/site")

    def test_who_may_not_sign_is_refused(self):
        for client, code in [
            (personalize(secret="another"), "InvalidSignatureException"),
            (personalize(key="NOBODY"), "UnrecognizedClientException"),
        ]:
            with self.subTest(code), self.assertRaises(ClientError) as raised:
                put(client, "s", event())
            self.assertEqual(raised.exception.response["Error"]["Code"], code)
            self.assertEqual(raised.exception.response["ResponseMetadata"]["HTTPStatusCode"], 403)


class Journey(unittest.TestCase):
    def test_what_the_tracker_sent_is_read_back_with_every_required_member(self):
        events = read(TRACKED_SESSION)
        self.assertEqual([event.id for event in events], TRACKED_EVENTS)
        for found in events:
            self.assertEqual(missing(found), [])
        session = journey().get_journey_session(TRACKED_SESSION)
        self.assertEqual(missing(session), [])
        self.assertEqual(
            (session.customer_id, session.event_count, session.pageview_count, session.search_terms),
            (TRACKED_CUSTOMER, 3, 1, ["oolong"]),
        )
        self.assertEqual(session.last_event.event_name, "search_performed")
        self.assertEqual(session.referrer.hostname, "www.google.com")

    def test_pages_and_kinds(self):
        api = journey()
        first = api.get_journey_session_events(TRACKED_SESSION, page_size="2")
        after = parse_qs(urlsplit(first.next_uri).query)["after"][0]
        second = api.get_journey_session_events(TRACKED_SESSION, page_size="2", after=after)
        self.assertEqual([event.id for event in first.entities + second.entities], TRACKED_EVENTS)
        self.assertIsNone(second.next_uri)
        kinds = "com.genesys.journey.WebActionEvent,com.genesys.journey.OutcomeAchievedEvent"
        (click,) = api.get_journey_session_events(TRACKED_SESSION, event_type=kinds).entities
        self.assertEqual(click.web_action_event.action.prompt, "Buy")

    def test_web_events_of_one_visitor_share_a_session(self):
        api = journey()
        request = platform.WebEventRequest()
        request.customer_cookie_id = str(uuid.uuid4())
        request.event_name = "order_paid"
        request.page = platform.RequestPage()
        request.page.url = "https://shop.example/paid?utm_source=news"
        request.page.title = "Paid"
        request.attributes = {"seats": {"dataType": "integer", "value": "3"}}
        request.traits = {"email": {"dataType": "string", "value": "a@example.com"}}
        request.created_date = datetime.now(timezone.utc).replace(tzinfo=None)
        first = api.post_journey_deployment_webevents("shop", body=request)
        self.assertEqual(missing(first), [])
        self.assertEqual(first.customer_id, request.customer_cookie_id)
        self.assertEqual(first.page.pathname, "/paid")
        self.assertEqual(first.mkt_campaign.source, "news")
        second = api.post_journey_deployment_webevents("shop", body=request)
        self.assertEqual(second.session.id, first.session.id)
        self.assertEqual(second.session.event_count, 2)
        for found in read(first.session.id):
            self.assertEqual(missing(found), [])

        action = platform.ActionEventRequest()
        action.session_id = first.session.id
        action.action_id = str(uuid.uuid4())
        action.action_state = "offered"
        self.assertIsNone(api.post_journey_deployment_actionevent("shop", action))
        last = read(first.session.id)[-1]
        self.assertEqual(missing(last), [])
        self.assertEqual(last.web_action_event.action.id, action.action_id)
        self.assertEqual(last.customer_id, request.customer_cookie_id)

    def test_an_event_of_more_than_an_hour_ago_is_refused(self):
        request = platform.WebEventRequest()
        request.customer_cookie_id = str(uuid.uuid4())
        request.event_name = "order_paid"
        request.page = platform.RequestPage()
        request.page.url = "https://shop.example/paid"
        request.page.title = "Paid"
        request.created_date = datetime.now(timezone.utc).replace(tzinfo=None) - timedelta(minutes=61)
        with self.assertRaises(ApiException) as raised:
            journey().post_journey_deployment_webevents("shop", body=request)
        self.assertEqual(raised.exception.status, 422)
        self.assertIn("createdDate: must not be older than one hour", raised.exception.body)

    def test_reads_need_the_token(self):
        with self.assertRaises(ApiException) as raised:
            journey("wrong").get_journey_session(TRACKED_SESSION)
        self.assertEqual(raised.exception.status, 401)


if __name__ == "__main__":
    unittest.main()
