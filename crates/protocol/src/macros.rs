//! The two shapes that every model is made of: objects whose members are all optional and whose
//! unknown members survive, and enums whose unknown values survive.

/// Declares an object of the contract.
///
/// Every member is an `Option` and left out when `None`; names are camelCase on the wire, or what
/// `#[name = "..."]` says; a member may be read by a function, `#[read(path)]`. Members that this version
/// does not know are kept in `extra` and written back as they came. Which members are required is a
/// matter of validation, not of reading.
///
/// Not serde's derive: with `flatten`, which keeps the unknown members there, it reads every object into
/// a copy first. Events are read for each request.
macro_rules! object {
    (
        $(#[$meta:meta])*
        pub struct $name:ident {
            $(
                $(#[doc = $doc:literal])*
                $(#[name = $wire:literal])?
                $(#[read($read:path)])?
                pub $field:ident: Option<$type:ty>,
            )*
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, Default, PartialEq)]
        pub struct $name {
            $(
                $(#[doc = $doc])*
                pub $field: Option<$type>,
            )*
            /// Members that this version does not know, as they came.
            pub extra: ::serde_json::Map<String, ::serde_json::Value>,
        }

        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                use ::serde::ser::SerializeMap;
                let mut members = serializer.serialize_map(None)?;
                $(
                    if let Some(value) = &self.$field {
                        let name = $crate::macros::wire_name!($field $($wire)?);
                        members.serialize_entry(name, value)?;
                    }
                )*
                for (name, value) in &self.extra {
                    members.serialize_entry(name, value)?;
                }
                members.end()
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Members;

                impl<'de> ::serde::de::Visitor<'de> for Members {
                    type Value = $name;

                    fn expecting(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                        f.write_str(concat!("struct ", stringify!($name)))
                    }

                    fn visit_map<A: ::serde::de::MapAccess<'de>>(
                        self,
                        mut members: A,
                    ) -> Result<$name, A::Error> {
                        $( let mut $field: Option<Option<$type>> = None; )*
                        let mut extra = ::serde_json::Map::new();
                        while let Some(key) = members.next_key::<String>()? {
                            $(
                                let name = $crate::macros::wire_name!($field $($wire)?);
                                if key == name {
                                    if $field.is_some() {
                                        return Err(::serde::de::Error::duplicate_field(name));
                                    }
                                    $field = Some($crate::macros::member!(members, $type $(, $read)?));
                                    continue;
                                }
                            )*
                            extra.insert(key, members.next_value()?);
                        }
                        Ok($name {
                            $( $field: $field.flatten(), )*
                            extra,
                        })
                    }
                }

                deserializer.deserialize_map(Members)
            }
        }
    };
}

/// The name of a member on the wire.
macro_rules! wire_name {
    ($field:ident) => {{
        const NAME: &$crate::macros::Name = &$crate::macros::Name::camel(stringify!($field));
        const TEXT: &str = NAME.as_str();
        TEXT
    }};
    ($field:ident $wire:literal) => {
        $wire
    };
}

/// Reads the value of a member.
macro_rules! member {
    ($members:ident, $type:ty) => {
        $members.next_value::<Option<$type>>()?
    };
    ($members:ident, $type:ty, $read:path) => {{
        struct Member(Option<$type>);

        impl<'de> ::serde::Deserialize<'de> for Member {
            fn deserialize<D: ::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> Result<Self, D::Error> {
                $read(deserializer).map(Self)
            }
        }

        $members.next_value::<Member>()?.0
    }};
}

/// A name in camelCase, made of a Rust identifier by the compiler.
pub(crate) struct Name {
    bytes: [u8; Self::LONGEST],
    length: usize,
}

impl Name {
    const LONGEST: usize = 40;

    /// `page_url` becomes `pageUrl`. A longer identifier than [`Self::LONGEST`] does not compile.
    pub(crate) const fn camel(identifier: &str) -> Self {
        let snake = identifier.as_bytes();
        let mut bytes = [0; Self::LONGEST];
        let (mut at, mut length) = (0, 0);
        while at < snake.len() {
            if snake[at] == b'_' {
                at += 1;
                bytes[length] = snake[at].to_ascii_uppercase();
            } else {
                bytes[length] = snake[at];
            }
            at += 1;
            length += 1;
        }
        Self { bytes, length }
    }

    pub(crate) const fn as_str(&self) -> &str {
        let (name, _) = self.bytes.split_at(self.length);
        match std::str::from_utf8(name) {
            Ok(name) => name,
            // Identifiers of the models are ASCII.
            Err(_) => "",
        }
    }
}

/// Declares a list of names that is open: a value from outside it is kept as it came.
///
/// Reading ignores case, since published clients do; writing uses the exact name.
macro_rules! open_enum {
    (
        $(#[$meta:meta])*
        pub enum $name:ident {
            $( $(#[$variant_meta:meta])* $variant:ident = $text:literal, )*
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $( $(#[$variant_meta])* $variant, )*
            /// A value that this version does not know, as it came.
            Unlisted(String),
        }

        impl $name {
            /// The name on the wire.
            pub fn as_str(&self) -> &str {
                match self {
                    $( Self::$variant => $text, )*
                    Self::Unlisted(text) => text,
                }
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                $( if text.eq_ignore_ascii_case($text) { return Self::$variant; } )*
                Self::Unlisted(text)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self::from(text.to_owned())
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                <String as ::serde::Deserialize>::deserialize(deserializer).map(Self::from)
            }
        }
    };
}

pub(crate) use {member, object, open_enum, wire_name};
