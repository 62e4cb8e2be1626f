//! Rewrites wasm-bindgen's glue for the shortened names.
//!
//! The generated file exports each import as a function of its own, to be passed as a module
//! namespace. Here they become one plain object, `imports`, which minifies better, and `attach`
//! takes the instance's exports: whoever instantiates needs to know these two names only.

use std::fmt::Write as _;

use anyhow::{Result, bail};

use super::names::{IMPORT_MODULE, Renamed};

/// Functions of the glue that our modules need in their simplest form.
const SIMPLER: &[(&str, &str)] = &[
    // Of what our modules import `setTimeout` counts as failing, which does not fail, and the call of a function, which we give:
    // none of ours throws.
    (
        "function handleError(",
        "function handleError(f, args) {
return f.apply(this, args);
}",
    ),
    // A module's one closure is its wake-up: it is never called within itself, and may be freed while it runs.
    (
        "function makeMutClosure(",
        "function makeMutClosure(arg0, arg1, f) {
let count = 1;
const real = () => {
count++;
f(arg0, arg1);
real._wbg_cb_unref();
};
real._wbg_cb_unref = () => --count || wasm.__wbindgen_destroy_closure(arg0, arg1);
return real;
}",
    ),
];

/// Exports that the glue does not need once it is simpler.
pub(crate) const UNUSED_EXPORTS: &[&str] = &[
    "__abort_handler",
    "__data_end",
    "__heap_base",
    "__instance_terminated",
    "__wbindgen_exn_store",
    "__wbindgen_free",
    "__wbindgen_realloc",
];

/// The memory: glue that passes numbers alone does not look into it.
pub(crate) const MEMORY: &str = "memory";

/// `source` with those of [`SIMPLER`] that it has in place of what wasm-bindgen wrote.
fn simplify(source: &str) -> Result<String> {
    let mut simple = String::new();
    let mut lines = source.lines();
    while let Some(line) = lines.next() {
        match SIMPLER.iter().find(|(head, _)| line.starts_with(head)) {
            Some((_, replacement)) => {
                simple.push_str(replacement);
                // A function ends at the first line that is a bare brace: inner lines are indented.
                lines.by_ref().find(|line| line.starts_with('}'));
            }
            None => simple.push_str(line),
        }
        simple.push('\n');
    }
    for (head, replacement) in SIMPLER {
        let name = head.trim_start_matches("function ");
        if simple.contains(name) && !simple.contains(replacement) {
            bail!("the glue writes {name} in another way now: see SIMPLER");
        }
    }
    if let Some(name) = UNUSED_EXPORTS.iter().find(|name| simple.contains(**name)) {
        bail!("the glue needs {name} now: see UNUSED_EXPORTS");
    }
    Ok(simple)
}

/// The glue with `imports` and `attach` in place of one export for each import.
pub(crate) fn rewrite(source: &str, renamed: &Renamed) -> Result<String> {
    let mut kept = String::new();
    let mut imports = String::new();
    let mut found = 0;
    let source = simplify(source)?;
    let mut lines = source.lines();
    while let Some(line) = lines.next() {
        if line.starts_with("export function __wbg_set_wasm(") {
            skip_block(line, &mut lines);
            continue;
        }
        let Some((short, rest)) = imported(line, renamed) else {
            kept.push_str(line);
            kept.push('\n');
            continue;
        };
        found += 1;
        write!(
            imports,
            "{short}{}{rest}",
            if rest.starts_with('(') { "" } else { ":" }
        )?;
        // A function ends at the first line that is a bare brace: inner lines are indented.
        if rest.ends_with('{') {
            for line in lines.by_ref() {
                imports.push('\n');
                imports.push_str(
                    line.strip_suffix(';')
                        .filter(|line| *line == "}")
                        .unwrap_or(line),
                );
                if line.starts_with('}') {
                    break;
                }
            }
        } else if imports.ends_with(';') {
            imports.pop();
        }
        imports.push_str(",\n");
    }
    if found != renamed.imports.len() {
        bail!(
            "the glue defines {found} of the {} imports: wasm-bindgen writes them in another way now",
            renamed.imports.len()
        );
    }

    let mut heads = String::new();
    for ((module, name), short) in &renamed.direct {
        writeln!(
            heads,
            "import {{ {name} as direct_{short} }} from {module:?};"
        )?;
        writeln!(imports, "{short}: direct_{short},")?;
    }
    let start = if renamed.exports.contains_key("__wbindgen_start") {
        "wasm.__wbindgen_start();"
    } else {
        ""
    };
    let attach = format!("export function attach(exports) {{\nwasm = exports;\n{start}\n}}\n");
    let glue = format!(
        "{heads}{kept}\n{attach}\nexport const imports = {{ {IMPORT_MODULE}: {{\n{imports}}} }};\n"
    );
    Ok(rename_exports(&glue, renamed))
}

/// The public types, with what [`rewrite`] adds.
pub(crate) fn declare(types: &str) -> String {
    format!(
        "{types}\n\
         /** What the module imports: the second argument of `WebAssembly.instantiate`. */\n\
         export const imports: WebAssembly.Imports;\n\
         /** Takes the exports of the instance. Nothing else of this file works before. */\n\
         export function attach(exports: WebAssembly.Exports): void;\n"
    )
}

/// Splits a line that begins the definition of an import into its short name and what follows.
fn imported<'a>(line: &'a str, renamed: &'a Renamed) -> Option<(&'a str, &'a str)> {
    if let Some(definition) = line.strip_prefix("export function ") {
        let (name, _) = definition.split_once('(')?;
        return Some((renamed.imports.get(name)?, &definition[name.len()..]));
    }
    let (name, value) = line.strip_prefix("export const ")?.split_once(" =")?;
    Some((renamed.imports.get(name)?, value))
}

fn skip_block<'a>(first: &str, lines: &mut impl Iterator<Item = &'a str>) {
    if first.ends_with('{') {
        for line in lines {
            if line == "}" {
                break;
            }
        }
    }
}

/// Replaces `wasm.old` by `wasm.new` wherever `old` is an export.
fn rename_exports(glue: &str, renamed: &Renamed) -> String {
    const ACCESS: &str = "wasm.";
    let mut result = String::with_capacity(glue.len());
    let mut rest = glue;
    while let Some(at) = rest.find(ACCESS) {
        let (before, after) = rest.split_at(at + ACCESS.len());
        result.push_str(before);
        let end = after
            .find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '$'))
            .unwrap_or(after.len());
        let (name, tail) = after.split_at(end);
        result.push_str(renamed.exports.get(name).map_or(name, String::as_str));
        rest = tail;
    }
    result.push_str(rest);
    result
}
