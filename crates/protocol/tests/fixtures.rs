//! The golden files of `fixtures`, read and written back.

#[path = "fixtures/golden.rs"]
mod golden;

use golden::{Invalid, NOW, Valid, invalid, valid};
use serde_json::Value;
use sillage_protocol::batch::{Batch, ContractError};
use sillage_protocol::genesys::WebEventRequest;
use sillage_protocol::mapping::{
    NewEvent, from_put_events, from_web_event_request, to_put_events, to_web_event_request,
};
use sillage_protocol::personalize::PutEventsRequest;
use sillage_protocol::validate::{RequiredSet, missing_fields, validate_event, validate_strict};
use sillage_protocol::{Event, ValidationError, derive};
use uuid::Uuid;

fn read_event(document: Value) -> Result<Event, ValidationError> {
    let event = Event::read(document)?;
    validate_event(&event, NOW)?;
    Ok(event)
}

fn read_put_events(document: &Value) -> Result<PutEventsRequest, ValidationError> {
    let request = PutEventsRequest::read(document.to_string().as_bytes())?;
    request.validate()?;
    Ok(request)
}

fn read_web_event_request(document: &Value) -> Result<WebEventRequest, ValidationError> {
    let request = WebEventRequest::read(document.to_string().as_bytes())?;
    request.validate(NOW)?;
    Ok(request)
}

#[expect(clippy::panic, reason = "an assertion")]
fn assert_refused<T: std::fmt::Debug>(file: &Invalid, read: Result<T, ValidationError>) {
    let name = &file.name;
    let Err(error) = read else {
        panic!("{name} was taken: {read:?}");
    };
    assert_eq!(
        (error.code.as_str(), error.field.as_str()),
        (file.code.as_str(), file.field.as_str()),
        "{name}: {error}"
    );
}

#[test]
fn valid_events_are_taken_and_written_back() {
    for Valid {
        name,
        document,
        written,
        ..
    } in valid("events")
    {
        let event = read_event(document).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(serde_json::to_value(&event).unwrap(), written, "{name}");
    }
}

#[test]
fn invalid_events_are_refused_with_code_and_path() {
    for file in invalid("events") {
        assert_refused(&file, read_event(file.document.clone()));
    }
}

#[test]
fn the_full_files_have_every_member_of_their_models() {
    for Valid { name, document, .. } in valid("events") {
        let Some(part) = name.strip_suffix("_full") else {
            continue;
        };
        let event = read_event(document).unwrap();
        let text = match part {
            "web_event" => format!("{:?}", event.web_event.unwrap()),
            "web_action_event" => format!("{:?}", event.web_action_event.unwrap()),
            "generic_action_event" => format!("{:?}", event.generic_action_event.unwrap()),
            "outcome_achieved_event" => format!("{:?}", event.outcome_achieved_event.unwrap()),
            "segment_assigned_event" => format!("{:?}", event.segment_assigned_event.unwrap()),
            "segment_assignment_event" => format!("{:?}", event.segment_assignment_event.unwrap()),
            "personalize_part" => format!("{:?}", event.personalize.unwrap()),
            other => panic!("no model is called {other}"),
        };
        assert!(!text.contains("None"), "{name} lacks a member: {text}");
        assert_eq!(
            text.matches("extra: {").count(),
            text.matches("extra: {}").count(),
            "{text}"
        );
    }
    for Valid { name, document, .. } in valid("put_events") {
        if name == "full" {
            let text = format!("{:?}", read_put_events(&document).unwrap());
            assert!(!text.contains("None"), "{text}");
        }
    }
    for Valid { name, document, .. } in valid("web_event_requests") {
        if name == "full" {
            let text = format!("{:?}", read_web_event_request(&document).unwrap());
            assert!(!text.contains("None"), "{text}");
        }
    }
}

#[test]
fn a_full_event_carries_what_every_sdk_version_requires() {
    for Valid { name, document, .. } in valid("events") {
        if name.ends_with("event_full") {
            let event = read_event(document).unwrap();
            assert_eq!(
                missing_fields(&event, RequiredSet::Latest),
                [""; 0],
                "{name}"
            );
            validate_strict(&event).unwrap();
        }
    }
}

#[test]
fn what_an_incomplete_event_lacks_is_named() {
    for Valid { name, document, .. } in valid("events") {
        let event = read_event(document).unwrap();
        let expected: &[&str] = match name.as_str() {
            "minimal_anonymous" => &["correlationId", "session.type"],
            "click_as_the_tracker_sends_it" => &["webActionEvent.action.id"],
            "session_of_2019" => &["session.type"],
            _ => continue,
        };
        assert_eq!(
            missing_fields(&event, RequiredSet::Stored),
            expected,
            "{name}"
        );
        assert_eq!(validate_strict(&event).unwrap_err().field, expected[0]);
    }
}

#[test]
fn completing_a_tracked_event_makes_it_fit_to_be_stored() {
    for Valid { name, document, .. } in valid("events") {
        if ["minimal_anonymous", "click_as_the_tracker_sends_it"].contains(&name.as_str()) {
            let mut event = read_event(document).unwrap();
            derive::complete(&mut event, "shop");
            validate_strict(&event).unwrap_or_else(|error| panic!("{name}: {error}"));
        }
    }
}

#[test]
fn valid_batches_yield_their_events_and_rejections() {
    for Valid {
        name,
        body,
        merged,
        clock_changed,
        rejected,
        ..
    } in valid("batches")
    {
        let batch = Batch::read(body.as_bytes()).unwrap_or_else(|error| panic!("{name}: {error}"));
        let mut events = Vec::new();
        let mut changed = Vec::new();
        let mut rejections = Vec::new();
        for (index, sent) in batch.sent_events().enumerate() {
            let verdict = sent.and_then(|sent| match validate_event(&sent.event, NOW) {
                Ok(()) => {
                    if sent.clock_changed {
                        changed.push(Value::from(index));
                    }
                    Ok(sent.event)
                }
                Err(error) => Err(sillage_protocol::batch::Rejection::new(
                    index,
                    sent.event.id.clone(),
                    &error,
                )),
            });
            match verdict {
                Ok(event) => events.push(serde_json::to_value(&event).unwrap()),
                Err(rejection) => {
                    events.push(Value::Null);
                    let mut rejection = serde_json::to_value(rejection).unwrap();
                    rejection.as_object_mut().unwrap().remove("message");
                    rejections.push(rejection);
                }
            }
        }
        assert_eq!(Value::Array(events), merged, "{name}");
        assert_eq!(Value::Array(changed), clock_changed, "{name}");
        assert_eq!(Value::Array(rejections), rejected, "{name}");
    }
}

#[test]
fn invalid_batches_are_refused_with_status_and_id() {
    for file in invalid("batches") {
        let ContractError { batch_id, cause } = match Batch::read(file.body.as_bytes()) {
            Ok(_) => panic!("{} was taken", file.name),
            Err(error) => {
                assert_eq!(Some(error.http_status()), file.status, "{}", file.name);
                error
            }
        };
        let id = file.document.get("id").and_then(Value::as_str);
        assert_eq!(batch_id.as_deref(), id, "{}", file.name);
        assert_refused(&file, Err::<(), _>(cause));
    }
}

#[test]
fn valid_put_events_survive_the_way_through_our_event() {
    for Valid { name, document, .. } in valid("put_events") {
        let request = read_put_events(&document).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(serde_json::to_value(&request).unwrap(), document, "{name}");
        let tracking_id = request.tracking_id.clone().unwrap();
        let events = from_put_events(&request, Uuid::nil()).unwrap();
        for (index, event) in events.iter().enumerate() {
            let stored = Event::read(serde_json::to_value(event).unwrap()).unwrap();
            let mut back = to_put_events(&stored, &tracking_id).unwrap();
            assert_eq!(back.session_id, request.session_id, "{name}");
            assert_eq!(back.user_id, request.user_id, "{name}");
            let sent = &request.event_list.as_ref().unwrap()[index];
            let back = &mut back.event_list.as_mut().unwrap()[0];
            if sent.event_id.is_none() {
                assert_eq!(back.event_id.take(), stored.id, "{name}");
            }
            assert_eq!(back, sent, "{name}");
        }
    }
}

#[test]
fn invalid_put_events_are_refused_with_code_and_path() {
    for file in invalid("put_events") {
        assert_refused(&file, read_put_events(&file.document));
    }
}

#[test]
fn valid_web_event_requests_survive_the_way_through_our_event() {
    for Valid {
        name,
        document,
        written,
        ..
    } in valid("web_event_requests")
    {
        let request =
            read_web_event_request(&document).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(serde_json::to_value(&request).unwrap(), written, "{name}");
        let new = NewEvent {
            id: Uuid::from_u128(7),
            session_id: "session-1",
        };
        let mut event = from_web_event_request(&request, new, NOW).unwrap();
        derive::complete(&mut event, "shop");
        validate_event(&event, NOW).unwrap_or_else(|error| panic!("{name}: {error}"));
        let stored = Event::read(serde_json::to_value(&event).unwrap()).unwrap();
        let mut back = to_web_event_request(&stored, NOW).unwrap();
        if name == "empty_title" {
            assert_eq!(
                back.page.as_mut().unwrap().title.replace(String::new()),
                Some("https://ex.test/p".into())
            );
        }
        assert_eq!(back, request, "{name}");
    }
}

#[test]
fn invalid_web_event_requests_are_refused_with_code_and_path() {
    for file in invalid("web_event_requests") {
        assert_refused(&file, read_web_event_request(&file.document));
    }
}
