//! The border in a real browser: facts go in as numbers, and imperatives come out as calls of `page`, which records
//! them here. What is decided is the core's, and tested there.
#![cfg(target_arch = "wasm32")]

#[path = "web/facts.rs"]
mod facts;
#[path = "web/outbox.rs"]
mod outbox;
#[path = "web/page.rs"]
mod page;
#[path = "web/settings.rs"]
mod settings;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
