//! The id of an action that has a name only.

use uuid::{Uuid, uuid};

/// Namespace of the ids that [`action_id`] makes: the version 5 UUID of `urn:sillage:action` in
/// RFC 9562's URL namespace.
pub const ACTION_NAMESPACE: Uuid = uuid!("0c89512c-28c8-5e22-8084-1eb46103e3d1");

/// The id of an action of a site: the version 5 UUID, in [`ACTION_NAMESPACE`], of the site id, a
/// line feed, and the display name. The same element of a site has the same id on every page and
/// in every collector. (A site id cannot hold a line feed, so no two pairs meet.)
pub fn action_id(site_id: &str, display_name: &str) -> Uuid {
    Uuid::new_v5(
        &ACTION_NAMESPACE,
        format!("{site_id}\n{display_name}").as_bytes(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_namespace_is_what_its_doc_says() {
        assert_eq!(
            ACTION_NAMESPACE,
            Uuid::new_v5(&Uuid::NAMESPACE_URL, b"urn:sillage:action")
        );
    }

    #[test]
    fn sites_do_not_share_actions() {
        assert_eq!(action_id("shop", "buy"), action_id("shop", "buy"));
        assert_ne!(action_id("shop", "buy"), action_id("shop", "Buy"));
        assert_ne!(action_id("shop", "buy"), action_id("blog", "buy"));
    }
}
