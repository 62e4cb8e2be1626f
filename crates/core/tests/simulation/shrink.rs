//! Fewer steps that still fail.

use std::fmt::Write;

use crate::bugs::Bugs;
use crate::plan::{Setting, Step};
use crate::world;

/// Longest trace that is printed, in lines.
const MAX_TRACE: usize = 100;

/// The fewest steps found that still fail. Times stay: a step that is left out leaves its pause to
/// the next.
fn shrink(setting: Setting, mut steps: Vec<Step>, bugs: Bugs) -> Vec<Step> {
    let mut size = steps.len() / 2;
    while size > 0 {
        let mut at = 0;
        let mut has_shrunk = false;
        while at < steps.len() {
            let mut fewer = steps.clone();
            let end = (at + size).min(fewer.len());
            let pause: u64 = fewer.drain(at..end).map(|step| step.after_ms).sum();
            if let Some(next) = fewer.get_mut(at) {
                next.after_ms += pause;
            }
            if world::run(setting, &fewer, bugs, false).is_err() {
                steps = fewer;
                has_shrunk = true;
            } else {
                at += size;
            }
        }
        if !has_shrunk {
            size /= 2;
        }
    }
    steps
}

/// What a seed does, with the shortest trace if it fails.
pub(crate) fn report(seed: u64, bugs: Bugs) -> String {
    let (setting, steps) = Setting::draw(seed);
    let mut report = format!("seed {seed}: {setting:?}\n");
    let Err((first, _)) = world::run(setting, &steps, bugs, false) else {
        let _ = writeln!(report, "nothing fails");
        return report;
    };
    let count = steps.len();
    let steps = shrink(setting, steps, bugs);
    let _ = writeln!(report, "fails with {count} steps: {first}");
    let _ = writeln!(report, "and with these {}:", steps.len());
    for step in &steps {
        let _ = writeln!(report, "  {step:?}");
    }
    if let Err((fault, trace)) = world::run(setting, &steps, bugs, true) {
        if trace.len() > MAX_TRACE {
            let _ = writeln!(report, "  ... {} lines before", trace.len() - MAX_TRACE);
        }
        for line in &trace[trace.len().saturating_sub(MAX_TRACE)..] {
            let _ = writeln!(report, "{line}");
        }
        let _ = writeln!(report, "{fault}");
    }
    report
}
