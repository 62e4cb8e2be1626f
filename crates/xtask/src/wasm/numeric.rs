//! Glue for a module that numbers alone pass in and out of, and that calls one JavaScript object, `page`.
//!
//! wasm-bindgen writes a function for each import and export, which converts what passes. Numbers need none of that: a
//! method of `page` is the import itself, and an export is called as it is. So an instance belongs to one page, and
//! nothing stands between the two. What is unsigned in Rust may arrive below 0, and what is a `bool` as 0 or 1.

use std::fmt::Write as _;

use anyhow::{Result, bail};

use super::names::{IMPORT_MODULE, Renamed};

/// How the glue calls what is imported with `js_namespace = page`.
const PAGE_ACCESS: &str = " page.";

/// Whether `source` is the glue of such a module.
pub(crate) fn is_numeric(source: &str) -> bool {
    source.contains(PAGE_ACCESS)
}

/// The glue: `importsOf` a page, and the module's functions, `boundTo` an instance's exports.
pub(crate) fn rewrite(source: &str, renamed: &Renamed) -> Result<String> {
    let (mut imports, mut exports) = (String::new(), String::new());
    let mut found = 0;
    let mut lines = source.lines();
    while let Some(line) = lines.next() {
        let Some((name, _)) = line
            .strip_prefix("export function ")
            .and_then(|definition| definition.split_once('('))
        else {
            continue;
        };
        // A function ends at the first line that is a bare brace: inner lines are indented.
        let body: Vec<&str> = lines.by_ref().take_while(|line| *line != "}").collect();
        if let Some(short) = renamed.imports.get(name) {
            writeln!(imports, "{short}: page.{},", called(&body)?)?;
            found += 1;
        } else if let Some(short) = renamed.exports.get(name) {
            writeln!(exports, "_{name}: wasm.{short},")?;
            found += 1;
        }
    }
    let expected = renamed.imports.len() + renamed.exports.len();
    if found != expected || !renamed.direct.is_empty() {
        bail!(
            "the glue defines {found} of {expected} functions: wasm-bindgen writes them in another way now"
        );
    }
    Ok(format!(
        "export const importsOf = (page) => ({{ {IMPORT_MODULE}: {{\n{imports}}} }});\n\
         export const boundTo = (wasm) => ({{\n{exports}}});\n"
    ))
}

/// The method that an import calls; fails where it does more.
fn called<'a>(body: &[&'a str]) -> Result<&'a str> {
    let call = body.first().and_then(|line| line.split_once(PAGE_ACCESS));
    match (call, &body[1..]) {
        (Some((before, call)), [] | ["    return ret;"])
            if matches!(before.trim(), "" | "const ret =") =>
        {
            Ok(call.split('(').next().unwrap_or_default())
        }
        _ => bail!(
            "an import does more than to call the page with numbers:\n{}",
            body.join("\n")
        ),
    }
}

/// The types. What is not given is `NaN` for the module.
pub(crate) fn declare(types: &str) -> String {
    let mut functions = String::new();
    for line in types.lines() {
        if let Some(declaration) = line.strip_prefix("export function ") {
            functions.push('_');
            functions.push_str(declaration);
            functions.push('\n');
        } else if line.starts_with("/**") || line.starts_with(" *") {
            functions.push_str(line);
            functions.push('\n');
        }
    }
    format!(
        "/** What the module does. */\n\
         export interface Bound {{\n{functions}}}\n\
         /** What an instance that is to work for `page` imports. */\n\
         export function importsOf(page: object): WebAssembly.Imports;\n\
         /** What the instance with these exports does. */\n\
         export function boundTo(exports: WebAssembly.Exports): Bound;\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn renamed() -> Renamed {
        Renamed {
            imports: [("__wbg_drop_1".to_owned(), "a".to_owned())].into(),
            exports: [("hear".to_owned(), "b".to_owned())].into(),
            ..Renamed::default()
        }
    }

    #[test]
    fn methods_of_the_page_are_the_imports_and_exports_are_called_as_they_are() {
        let source = "export function hear(fact) {\n    wasm.hear(fact);\n}\n\
                      export function __wbg_drop_1(arg0) {\n    const ret = page._drop(arg0 >>> 0);\n    return ret;\n}\n";
        assert!(is_numeric(source));
        assert_eq!(
            rewrite(source, &renamed()).unwrap(),
            "export const importsOf = (page) => ({ a: {\na: page._drop,\n} });\n\
             export const boundTo = (wasm) => ({\n_hear: wasm.b,\n});\n"
        );
    }

    #[test]
    fn an_import_that_converts_a_text_is_refused() {
        let source = "export function hear(fact) {\n    wasm.hear(fact);\n}\n\
                      export function __wbg_drop_1(arg0, arg1) {\n    page._drop(getStringFromWasm0(arg0, arg1));\n    free();\n}\n";
        assert!(rewrite(source, &renamed()).is_err());
    }
}
