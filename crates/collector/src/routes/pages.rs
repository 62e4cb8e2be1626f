//! The collector's own pages, built into the program: the dashboard, the live view and the installation check.

use std::borrow::Cow;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderName, header};
use axum::response::IntoResponse;
use axum::routing::get;

use crate::state::AppState;

/// A file of `www`, built in: where it is served, what it is, its text.
struct PageFile {
    path: &'static str,
    content_type: &'static str,
    text: &'static str,
}

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const JS: &str = "text/javascript; charset=utf-8";

macro_rules! page_files {
    ($( $path:literal, $content_type:ident, $file:literal; )*) => {
        &[$( PageFile {
            path: $path,
            content_type: $content_type,
            text: include_str!(concat!("../../../../www/", $file)),
        }, )*]
    };
}

/// `vendor/uplot` is uPlot as npm has it, which a test holds it to.
const FILES: &[PageFile] = page_files! {
    "/", HTML, "dashboard/index.html";
    "/dashboard/dashboard.css", CSS, "dashboard/dashboard.css";
    "/dashboard/dashboard.js", JS, "dashboard/dashboard.js";
    "/dashboard/choice.js", JS, "dashboard/choice.js";
    "/dashboard/delivery.js", JS, "dashboard/delivery.js";
    "/dashboard/events.js", JS, "dashboard/events.js";
    "/dashboard/format.js", JS, "dashboard/format.js";
    "/dashboard/journey.js", JS, "dashboard/journey.js";
    "/dashboard/now.js", JS, "dashboard/now.js";
    "/dashboard/plot.js", JS, "dashboard/plot.js";
    "/dashboard/read.js", JS, "dashboard/read.js";
    "/dashboard/table.js", JS, "dashboard/table.js";
    "/dashboard/tops.js", JS, "dashboard/tops.js";
    "/dashboard/traffic.js", JS, "dashboard/traffic.js";
    "/check", HTML, "check/index.html";
    "/check/check.css", CSS, "check/check.css";
    "/check/check.js", JS, "check/check.js";
    "/check/policy.js", JS, "check/policy.js";
    "/check/rules.js", JS, "check/rules.js";
    "/check/visit.js", JS, "check/visit.js";
    "/live", HTML, "live/index.html";
    "/live/live.css", CSS, "live/live.css";
    "/live/live.js", JS, "live/live.js";
    "/live/announcer.js", JS, "live/announcer.js";
    "/live/detail.js", JS, "live/detail.js";
    "/live/list.js", JS, "live/list.js";
    "/live/pause.js", JS, "live/pause.js";
    "/live/row.js", JS, "live/row.js";
    "/live/stream.js", JS, "live/stream.js";
    "/shared/page.css", CSS, "shared/page.css";
    "/shared/element.js", JS, "shared/element.js";
    "/shared/json.js", JS, "shared/json.js";
    "/shared/token.js", JS, "shared/token.js";
    "/shared/wording.js", JS, "shared/wording.js";
    "/vendor/uplot.js", JS, "vendor/uplot/uPlot.iife.min.js";
    "/vendor/uplot.css", CSS, "vendor/uplot/uPlot.min.css";
};

/// The pages show what strangers send, so they may run and load nothing but their own files, may not
/// be framed, and may not make HTML out of text, not even by mistake.
pub(super) const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
     img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
     require-trusted-types-for 'script'; trusted-types 'none'";

pub(super) fn router() -> Router<AppState> {
    FILES.iter().fold(Router::new(), |router, file| {
        let page =
            async |State(state): State<AppState>| page_file(file, state.config.docs.is_some());
        router.route(file.path, get(page))
    })
}

fn page_file(file: &'static PageFile, has_docs: bool) -> impl IntoResponse {
    let headers = [
        (header::CONTENT_TYPE, file.content_type),
        (header::CACHE_CONTROL, "no-cache"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::REFERRER_POLICY, "no-referrer"),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "same-origin",
        ),
    ];
    (headers, text(file, has_docs))
}

/// A page without its link to the documentation, which is a line of its own, where there is none.
fn text(file: &'static PageFile, has_docs: bool) -> Cow<'static, str> {
    if has_docs || file.content_type != HTML {
        return Cow::Borrowed(file.text);
    }
    let lines = file.text.split_inclusive('\n');
    Cow::Owned(
        lines
            .filter(|line| !line.contains("href=\"docs/\""))
            .collect(),
    )
}
