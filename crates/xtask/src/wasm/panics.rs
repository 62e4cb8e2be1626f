//! Which functions are Rust's panic machinery.
//!
//! A panic inside the tracker ends its instance either way, and nobody reads the message on a
//! visitor's device; formatting it took 15 % of the module. Cutting it out of the compiled
//! module works on every compiler, without nightly's `-Cpanic=immediate-abort`.

/// Functions that never return, by their demangled names. What only they use becomes unused.
const DIVERGING: &[&str] = &[
    "__rg_oom",
    "__rust_alloc_error_handler",
    "__rust_start_panic",
    "alloc::alloc::handle_alloc_error",
    "alloc::raw_vec::capacity_overflow",
    "alloc::raw_vec::handle_error",
    "core::option::expect_failed",
    "core::option::unwrap_failed",
    "core::result::unwrap_failed",
    "rust_begin_unwind",
    "rust_panic",
    "std::alloc::rust_oom",
    "std::panicking::begin_panic_handler",
    "std::panicking::panic_with_hook",
    "std::panicking::rust_panic_with_hook",
    "std::thread::local::panic_access_error",
    "wasm_bindgen::__rt::borrow_fail",
    "wasm_bindgen::throw_str",
];

/// Modules and name patterns that consist of such functions.
const DIVERGING_PREFIXES: &[&str] = &[
    "core::cell::panic_already_",
    "core::panicking::assert_failed",
    "core::panicking::panic",
    "core::panicking::unreachable_display",
    "core::slice::index::slice_",
    "core::str::slice_error_fail",
];

/// Whether this symbol, mangled or not, never returns and exists only to say why.
pub(super) fn is_diverging(symbol: &str) -> bool {
    // The alternate form leaves the hashes out.
    let name = format!("{:#}", rustc_demangle::demangle(symbol));
    let name = name.strip_prefix("__rustc::").unwrap_or(&name);
    DIVERGING.contains(&name)
        || DIVERGING_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
        // `copy_from_slice`, `split_at` and their like each have a failing half of their own.
        || (name.starts_with("core::") || name.starts_with("alloc::")) && ends_like_a_failure(name)
}

fn ends_like_a_failure(name: &str) -> bool {
    let last = name.rsplit("::").next().unwrap_or(name);
    last == "assert_failed" || last.ends_with("_fail")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_manglings_of_a_panic_are_recognised() {
        assert!(is_diverging(
            "_ZN4core9panicking9panic_fmt17h0123456789abcdefE"
        ));
        assert!(is_diverging("_RNvNtCs1_4core9panicking9panic_fmt"));
        assert!(is_diverging("_RNvCs1_7___rustc17rust_begin_unwind"));
    }

    #[test]
    fn functions_that_return_are_left_alone() {
        for name in [
            "core::slice::index::range",
            "std::panicking::panic_count::is_zero_slow_path",
            "tracker_panic",
            "app::must_fail",
        ] {
            assert!(!is_diverging(name), "{name}");
        }
    }
}
