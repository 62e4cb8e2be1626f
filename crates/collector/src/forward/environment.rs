//! The variables of the environment that credentials are read from, as they were at the start.

use std::collections::BTreeMap;

/// Beginnings of the names that are read, besides `HOME`.
const PREFIXES: [&str; 2] = ["AWS_", "GENESYS_CLOUD_"];

/// Variables of the environment. They hold secrets, so `Debug` shows none.
#[derive(Clone, Default)]
pub struct Environment(BTreeMap<String, String>);

impl Environment {
    /// Those of this process.
    pub fn of_process() -> Self {
        // `vars` would panic at a value that is no text.
        let variables = std::env::vars_os().filter_map(|(name, value)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        });
        variables.collect()
    }

    /// The value of a variable; one that is empty is as good as none.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }
}

impl FromIterator<(String, String)> for Environment {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(variables: I) -> Self {
        let is_read =
            |name: &str| name == "HOME" || PREFIXES.iter().any(|prefix| name.starts_with(prefix));
        Self(
            variables
                .into_iter()
                .filter(|(name, _)| is_read(name))
                .collect(),
        )
    }
}

impl std::fmt::Debug for Environment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}
