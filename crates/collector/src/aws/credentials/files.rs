//! The shared files of the AWS SDKs: credentials and config.

use std::path::PathBuf;

use crate::forward::Environment;

/// A value of the profile `AWS_PROFILE` (`default`), of the credentials file or else the config file.
pub(super) fn profile_value(environment: &Environment, name: &str) -> Option<String> {
    let profile = environment.get("AWS_PROFILE").unwrap_or("default");
    let place = |variable, file: &str| {
        environment.get(variable).map_or_else(
            || {
                Some(
                    PathBuf::from(environment.get("HOME")?)
                        .join(".aws")
                        .join(file),
                )
            },
            |path| Some(PathBuf::from(path)),
        )
    };
    let read = |path: Option<PathBuf>| std::fs::read_to_string(path?).ok();
    let of_credentials = read(place("AWS_SHARED_CREDENTIALS_FILE", "credentials"))
        .and_then(|text| value_in(&text, profile, name));
    of_credentials.or_else(|| {
        let text = read(place("AWS_CONFIG_FILE", "config"))?;
        let section = match profile {
            "default" => profile.to_owned(),
            named => format!("profile {named}"),
        };
        value_in(&text, &section, name)
    })
}

fn value_in(text: &str, section: &str, name: &str) -> Option<String> {
    let mut is_inside = false;
    for line in text.lines().map(str::trim) {
        if let Some(title) = line.strip_prefix('[') {
            is_inside = title.split(']').next().map(str::trim) == Some(section);
        } else if is_inside
            && let Some((key, value)) = line.split_once('=')
            && key.trim() == name
        {
            return Some(value.trim().to_owned());
        }
    }
    None
}
