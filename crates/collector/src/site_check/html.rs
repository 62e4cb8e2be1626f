//! What a page says: its scripts and its policies. Nothing of it is run.

use std::collections::BTreeMap;

use html5gum::emitters::default::DefaultEmitter;
use html5gum::{HtmlString, StartTag, Token, Tokenizer};
use serde::Serialize;
use url::Url;

/// Name of the loader's file.
const LOADER: &str = "/sillage.js";

/// Most scripts that are told.
const MAX_SCRIPTS: usize = 200;

/// Longest value of an attribute that is told, in characters.
const MAX_VALUE_CHARS: usize = 2_083;

/// What stands in the inline stub (`js/stub.ts`) and in a call of the tracker.
const STUB_WORD: &str = "sillage";

/// What a page says.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PageFacts {
    /// Whether there is any tag: it is a page.
    is_html: bool,
    scripts: Vec<Script>,
    /// Each `<meta http-equiv="Content-Security-Policy">`.
    policies: Vec<String>,
}

/// A script tag.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Script {
    /// Its absolute address; empty for an inline script.
    pub(super) src: String,
    /// Whether it is the tracker's loader.
    is_loader: bool,
    /// Whether it is inline and speaks of the tracker.
    is_stub: bool,
    attributes: BTreeMap<String, String>,
}

impl Script {
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.get(name).map(String::as_str)
    }
}

impl PageFacts {
    /// The tags of the tracker.
    pub(super) fn loaders(&self) -> impl Iterator<Item = &Script> {
        self.scripts.iter().filter(|script| script.is_loader)
    }
}

/// Reads a page that was found at `base`.
pub(super) fn facts(html: &[u8], base: &Url) -> PageFacts {
    let mut facts = PageFacts::default();
    let mut base = base.clone();
    let mut is_in_script = false;
    let mut emitter = DefaultEmitter::default();
    // So that what stands in a script or a comment is taken for no tag.
    emitter.naively_switch_states(true);
    for Ok(token) in Tokenizer::new_with_emitter(html, emitter) {
        match token {
            Token::StartTag(tag) => {
                facts.is_html = true;
                match tag.name.as_slice() {
                    b"script" if facts.scripts.len() < MAX_SCRIPTS => {
                        facts.scripts.push(script(&tag, &base));
                        is_in_script = true;
                    }
                    b"meta" => facts.policies.extend(policy(&tag)),
                    b"base" => {
                        let href = attribute(&tag, "href");
                        if let Some(Ok(url)) = href.map(|href| base.join(&href)) {
                            base = url;
                        }
                    }
                    _ => {}
                }
            }
            Token::String(text) if is_in_script => {
                if let Some(script) = facts.scripts.last_mut() {
                    script.is_stub |= script.src.is_empty() && says(&text, STUB_WORD);
                }
            }
            Token::EndTag(_) => is_in_script = false,
            _ => {}
        }
    }
    facts
}

fn says(text: &HtmlString, word: &str) -> bool {
    text.windows(word.len()).any(|part| part == word.as_bytes())
}

fn script(tag: &StartTag<()>, base: &Url) -> Script {
    let src = attribute(tag, "src").and_then(|src| base.join(src.trim()).ok());
    let attributes = tag.attributes.iter().map(|(name, value)| {
        let name = String::from_utf8_lossy(name).into_owned();
        (name, shown(value))
    });
    Script {
        is_loader: src.as_ref().is_some_and(|src| src.path().ends_with(LOADER)),
        src: src.map(String::from).unwrap_or_default(),
        is_stub: false,
        attributes: attributes.collect(),
    }
}

fn policy(tag: &StartTag<()>) -> Option<String> {
    let kind = attribute(tag, "http-equiv")?;
    if kind.eq_ignore_ascii_case("content-security-policy") {
        attribute(tag, "content")
    } else {
        None
    }
}

fn attribute(tag: &StartTag<()>, name: &str) -> Option<String> {
    let name = HtmlString::from(name.as_bytes().to_vec());
    tag.attributes.get(&name).map(|value| shown(value))
}

fn shown(value: &[u8]) -> String {
    let text = String::from_utf8_lossy(value);
    text.chars().take(MAX_VALUE_CHARS).collect()
}

/// The name of the tracker's chunk, as the loader's text has it: `tracker-<hash>.js`.
pub(super) fn chunk_name(loader: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(loader).ok()?;
    text.split(['"', '\'', '`']).find(|word| {
        word.strip_prefix("tracker-")
            .and_then(|rest| rest.strip_suffix(".js"))
            .is_some_and(|hash| {
                !hash.is_empty() && hash.bytes().all(|byte| byte.is_ascii_alphanumeric())
            })
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(html: &str) -> PageFacts {
        facts(
            html.as_bytes(),
            &Url::parse("https://shop.example/a/b").unwrap(),
        )
    }

    #[test]
    fn the_tags_of_the_tracker_are_found_wherever_a_browser_finds_them() {
        for (html, src) in [
            (
                "<script async src=\"https://c.example/sillage.js\" data-site=shop>",
                "https://c.example/sillage.js",
            ),
            (
                "<SCRIPT SRC=/t/sillage.js>",
                "https://shop.example/t/sillage.js",
            ),
            (
                "<base href='https://cdn.example/x/'><script src='sillage.js?v=2'></script>",
                "https://cdn.example/x/sillage.js?v=2",
            ),
            (
                "<p>a<script>var s = '<script src=\"x\">'</script><script src=sillage.js>",
                "https://shop.example/a/sillage.js",
            ),
        ] {
            let page = read(html);
            let found: Vec<_> = page.loaders().map(|tag| tag.src.as_str()).collect();
            assert_eq!(found, [src], "{html}");
        }
    }

    #[test]
    fn what_is_no_tag_is_not_taken_for_one() {
        for html in [
            "<!-- <script src=sillage.js></script> -->",
            "<script>document.title = '<script src=sillage.js>'</script>",
            "<textarea><script src=sillage.js></script></textarea>",
            "<script src=other.js></script>",
            "<img src=sillage.js>",
            "",
            "\0\0<<<",
        ] {
            assert_eq!(read(html).loaders().count(), 0, "{html}");
        }
    }

    #[test]
    fn the_stub_and_the_policies_are_found() {
        let page = read(
            "<meta http-equiv=content-security-policy content=\"script-src 'self'\">\
             <meta http-equiv=refresh content=1>\
             <script nonce=abc>window.sillage = {q: []}</script><script>other()</script>",
        );
        assert_eq!(page.policies, ["script-src 'self'"]);
        let stubs: Vec<_> = page.scripts.iter().map(|script| script.is_stub).collect();
        assert_eq!(stubs, [true, false]);
        assert_eq!(page.scripts[0].attribute("nonce"), Some("abc"));
    }

    proptest! {
        #[test]
        fn whatever_a_server_sends_is_read_to_its_end(
            parts in prop::collection::vec(
                prop_oneof![
                    prop::sample::select(vec![
                        "<script", " src=", "sillage.js", "</script>", "<meta http-equiv=content-security-policy ",
                        "content=", "<base href=", "'", "\"", ">", "<!--", "-->", "<![CDATA[", "&#x;", "//[", "\0",
                    ])
                    .prop_map(|text| text.as_bytes().to_vec()),
                    prop::collection::vec(any::<u8>(), 0..8),
                ],
                0..40,
            )
        ) {
            let html = parts.concat();
            let page = facts(&html, &Url::parse("https://shop.example/").unwrap());
            prop_assert!(page.scripts.len() <= MAX_SCRIPTS);
            prop_assert!(page.loaders().all(|script| Url::parse(&script.src).is_ok()));
            chunk_name(&html);
        }
    }

    #[test]
    fn the_loader_names_its_chunk() {
        let loader = b"const a='tracker-9f8e.wasm',b=\"tracker-0a1b.js\";import(\"captures-1.js\")";
        assert_eq!(chunk_name(loader), Some("tracker-0a1b.js"));
        assert_eq!(chunk_name(b"\"tracker-../../x.js\""), None);
        assert_eq!(chunk_name(b"\xff\"tracker-1.js\""), None);
    }
}
