//! What holds for every input.

use proptest::prelude::*;
use serde_json::{Map, Value, json};
use sillage_protocol::batch::Batch;
use sillage_protocol::genesys::{ActionEventRequest, WebEventRequest};
use sillage_protocol::mapping::{group_put_events, to_put_events, to_web_event_request};
use sillage_protocol::personalize::{MAX_EVENTS, PutEventsRequest};
use sillage_protocol::validate::{RequiredSet, missing_fields, validate_event};
use sillage_protocol::{Event, Timestamp, derive, limits};

const NOW: Timestamp = Timestamp(1_795_262_400_000);
const LAST_MS: u64 = 253_402_300_799_999;

/// Members that the models give a meaning to, so that random documents reach the code behind them.
const NAMES: [&str; 22] = [
    "id",
    "session",
    "type",
    "eventType",
    "createdDate",
    "webEvent",
    "webActionEvent",
    "page",
    "url",
    "attributes",
    "browser",
    "referrer",
    "action",
    "actionMap",
    "displayName",
    "personalize",
    "properties",
    "eventList",
    "sentAt",
    "events",
    "defaults",
    "__proto__",
];

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        Just(json!("com.genesys.journey.WebEvent")),
        Just(json!("2026-11-21T11:59:30.042Z")),
        Just(json!("https://a.example/?gclid=1#x")),
        Just(json!("01978f5e-6c00-7a11-8b22-0123456789ab")),
    ]
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        proptest::sample::select(&NAMES[..]).prop_map(str::to_owned),
        ".{0,6}"
    ]
}

fn any_json() -> impl Strategy<Value = Value> {
    scalar().prop_recursive(5, 64, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((name(), inner), 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// Objects whose members no model knows.
fn unknown_members() -> impl Strategy<Value = Map<String, Value>> {
    prop::collection::vec(("[a-z]{1,6}", any_json()), 0..5).prop_map(|members| {
        members
            .into_iter()
            .map(|(name, value)| (format!("x-{name}"), value))
            .collect()
    })
}

fn with(mut object: Value, members: &Map<String, Value>) -> Value {
    if let Some(object) = object.as_object_mut() {
        object.extend(members.clone());
    }
    object
}

proptest! {
    #[test]
    fn unknown_members_survive_a_round_trip_everywhere(extra in unknown_members()) {
        let document = with(json!({
            "id": "e",
            "session": with(json!({"id": "s", "type": "kiosk"}), &extra),
            "webEvent": with(json!({
                "eventName": "x",
                "page": with(json!({"url": "u"}), &extra),
                "browser": with(json!({"family": "f"}), &extra),
                "device": with(json!({"category": "fridge"}), &extra),
                "referrer": with(json!({"medium": "pigeon"}), &extra),
                "mktCampaign": with(json!({}), &extra),
                "geolocation": with(json!({"latitude": 1.5}), &extra),
            }), &extra),
            "webActionEvent": with(json!({
                "action": with(json!({"state": "dreamt", "mediaType": "smoke"}), &extra),
                "actionMap": with(json!({}), &extra),
                "actionTarget": with(json!({}), &extra),
            }), &extra),
            "personalize": with(json!({"metricAttribution": with(json!({}), &extra)}), &extra),
        }), &extra);
        let event = Event::read(document.clone()).unwrap();
        let written = serde_json::to_string(&event).unwrap();
        prop_assert_eq!(serde_json::from_str::<Value>(&written).unwrap(), document);
    }

    #[test]
    fn reading_what_was_written_gives_the_same(document in any_json()) {
        if let Ok(event) = Event::read(document) {
            let written = serde_json::to_value(&event).unwrap();
            prop_assert_eq!(Event::read(written).unwrap(), event);
        }
    }

    #[test]
    fn nothing_panics_on_any_json(document in any_json()) {
        let body = document.to_string();
        if let Ok(mut event) = Event::read(document) {
            let _ = validate_event(&event, NOW);
            let _ = missing_fields(&event, RequiredSet::Latest);
            let _ = to_put_events(&event, "t");
            let _ = to_web_event_request(&event, NOW);
            derive::complete(&mut event, "site");
        }
        let _ = PutEventsRequest::read(body.as_bytes()).map(|request| request.validate());
        let _ = WebEventRequest::read(body.as_bytes()).map(|request| request.validate(NOW));
        let _ = ActionEventRequest::read(body.as_bytes()).map(|request| request.validate());
        let _ = Batch::read(body.as_bytes()).map(|batch| batch.merged_events().count());
    }

    #[test]
    fn nothing_panics_on_any_bytes(body in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Batch::read(&body);
        let _ = PutEventsRequest::read(&body);
    }

    #[test]
    fn every_event_of_a_batch_gets_one_answer(
        defaults in any_json().prop_filter("an object", Value::is_object),
        events in prop::collection::vec(any_json(), 0..8),
    ) {
        let body = json!({
            "id": "01978f5e-6c00-7a11-8b22-0123456789ab",
            "siteId": "shop",
            "sentAt": NOW.to_string(),
            "defaults": defaults,
            "events": events,
        });
        let batch = Batch::read(body.to_string().as_bytes()).unwrap();
        prop_assert_eq!(batch.merged_events().count(), events.len());
        for (index, event) in batch.merged_events().enumerate() {
            if let Err(rejection) = event {
                prop_assert_eq!(rejection.index, index);
            }
        }
    }

    #[test]
    fn a_date_that_was_written_is_read_as_the_same(ms in 0..=LAST_MS) {
        prop_assert_eq!(Timestamp(ms).to_string().parse(), Ok(Timestamp(ms)));
    }

    #[test]
    fn reading_a_date_never_panics(text in "[-+0-9TtZz:., ]{0,40}|.{0,40}") {
        let _ = text.parse::<Timestamp>();
    }

    #[test]
    fn a_url_is_split_without_a_panic_and_its_parts_make_it_again(path in "(/[a-zA-Z0-9._~é -]{0,8}){0,4}", query in "[a-z=&%0-9]{0,12}") {
        let parts = derive::url_parts(&format!("https://www.a.example{path}?{query}#f")).unwrap();
        let again = format!(
            "https://{}{}?{}#f",
            parts.hostname, parts.pathname, parts.query_string.as_deref().unwrap_or_default(),
        );
        prop_assert_eq!(derive::url_parts(&again), Some(parts));
    }

    #[test]
    fn grouping_loses_and_repeats_nothing(sessions in prop::collection::vec(0_u8..4, 0..60)) {
        let events: Vec<Event> = sessions
            .iter()
            .enumerate()
            .map(|(index, session)| {
                let name = if index % 7 == 6 { "" } else { "x" };
                Event::read(json!({
                    "id": format!("event-{index}"),
                    "session": {"id": format!("session-{session}")},
                    "eventType": "com.genesys.journey.WebEvent",
                    "webEvent": {"eventName": name},
                    "createdDate": NOW.to_string(),
                }))
                .unwrap()
            })
            .collect();
        let groups = group_put_events(&events, "t");
        let mut seen: Vec<String> = Vec::new();
        prop_assert_eq!(groups.requests.len(), groups.positions.len());
        for (request, positions) in groups.requests.iter().zip(&groups.positions) {
            prop_assert!(request.validate().is_ok());
            let list = request.event_list.as_ref().unwrap();
            prop_assert!(list.len() <= MAX_EVENTS);
            let at_positions: Vec<_> = positions.iter().map(|at| events[*at].id.clone()).collect();
            let listed: Vec<_> = list.iter().map(|event| event.event_id.clone()).collect();
            prop_assert_eq!(listed, at_positions);
            seen.extend(list.iter().filter_map(|event| event.event_id.clone()));
        }
        seen.extend(groups.unmapped.iter().map(|(index, _)| format!("event-{index}")));
        seen.sort_unstable();
        let mut expected: Vec<String> = (0..events.len()).map(|index| format!("event-{index}")).collect();
        expected.sort_unstable();
        prop_assert_eq!(seen, expected);
    }
}

/// The test cases of RFC 7396, appendix A, for an event under defaults.
#[test]
fn merging_follows_the_table_of_rfc_7396() {
    for (original, patch, result) in [
        (json!({"a": "b"}), json!({"a": "c"}), json!({"a": "c"})),
        (
            json!({"a": "b"}),
            json!({"b": "c"}),
            json!({"a": "b", "b": "c"}),
        ),
        (json!({"a": "b"}), json!({"a": null}), json!({})),
        (
            json!({"a": "b", "b": "c"}),
            json!({"a": null}),
            json!({"b": "c"}),
        ),
        (json!({"a": ["b"]}), json!({"a": "c"}), json!({"a": "c"})),
        (json!({"a": "c"}), json!({"a": ["b"]}), json!({"a": ["b"]})),
        (
            json!({"a": {"b": "c"}}),
            json!({"a": {"b": "d", "c": null}}),
            json!({"a": {"b": "d"}}),
        ),
        (
            json!({"a": [{"b": "c"}]}),
            json!({"a": [1]}),
            json!({"a": [1]}),
        ),
        (
            json!({"e": null}),
            json!({"a": 1}),
            json!({"e": null, "a": 1}),
        ),
        (
            json!({}),
            json!({"a": {"bb": {"ccc": null}}}),
            json!({"a": {"bb": {}}}),
        ),
    ] {
        let body = json!({
            "id": "01978f5e-6c00-7a11-8b22-0123456789ab",
            "siteId": "shop",
            "sentAt": NOW.to_string(),
            "defaults": original,
            "events": [patch],
        });
        let batch = Batch::read(body.to_string().as_bytes()).unwrap();
        let event = batch.merged_events().next().unwrap().unwrap();
        assert_eq!(
            serde_json::to_value(event).unwrap(),
            result,
            "{original} with {patch}"
        );
    }
}

/// The rest of the table: what is not an object is replaced, or makes an object. An event must be
/// one, so here the merge itself is asked.
#[test]
fn merging_follows_the_rest_of_the_table_of_rfc_7396() {
    for (original, patch, result) in [
        (json!(["a", "b"]), json!(["c", "d"]), json!(["c", "d"])),
        (json!({"a": "b"}), json!(["c"]), json!(["c"])),
        (json!({"a": "foo"}), json!(null), json!(null)),
        (json!({"a": "foo"}), json!("bar"), json!("bar")),
        (
            json!([1, 2]),
            json!({"a": "b", "c": null}),
            json!({"a": "b"}),
        ),
    ] {
        let mut merged = json!({"x": original});
        json_patch::merge(&mut merged, &json!({"x": patch}));
        let expected = if result.is_null() {
            json!({})
        } else {
            json!({"x": result})
        };
        assert_eq!(merged, expected, "{original} with {patch}");
    }
}

#[test]
fn nesting_beyond_the_parser_costs_one_event_not_the_batch() {
    let deep = format!("{}1{}", "[".repeat(5_000), "]".repeat(5_000));
    let body = format!(
        r#"{{"id":"01978f5e-6c00-7a11-8b22-0123456789ab","siteId":"shop","sentAt":"{NOW}","events":[{{"id":"e1","x":{deep}}},{{"id":"e2"}}]}}"#
    );
    let batch = Batch::read(body.as_bytes()).unwrap();
    let answers: Vec<_> = batch.merged_events().collect();
    let rejection = answers[0].as_ref().unwrap_err();
    assert_eq!(
        (rejection.code.as_str(), rejection.id.as_deref()),
        ("too_deep", Some("e1"))
    );
    assert_eq!(answers[1].as_ref().unwrap().id.as_deref(), Some("e2"));
}

#[test]
fn an_event_that_is_too_large_is_refused_alone() {
    let body = json!({
        "id": "01978f5e-6c00-7a11-8b22-0123456789ab",
        "siteId": "shop",
        "sentAt": NOW.to_string(),
        "events": [{"id": "e1", "x": "y".repeat(limits::MAX_EVENT_BYTES)}, {"id": "e2"}],
    });
    let batch = Batch::read(body.to_string().as_bytes()).unwrap();
    let answers: Vec<_> = batch.merged_events().collect();
    assert_eq!(answers[0].as_ref().unwrap_err().code.as_str(), "too_large");
    assert!(answers[1].is_ok());
}
