//! Writes the contract's borrowed types as JSON, with only what they need.
//!
//! `serde_json` would add 2 KB (brotli) to the module for the same bytes. What the wire types do
//! not use (maps, sequences, floats) is refused, which a test would notice at once.

use std::fmt;

use serde::ser::{Error, Impossible, Serialize, SerializeStruct, Serializer};
use sillage_protocol::wire::RAW_JSON;

/// Appends `value` to `out` as JSON.
pub(crate) fn write<T: Serialize>(out: &mut String, value: &T) {
    let written = value.serialize(Json { out, raw: false });
    debug_assert!(written.is_ok(), "a wire type uses what the writer lacks");
}

/// Appends `text` to `out` as a JSON string (RFC 8259, section 7).
pub(crate) fn write_str(out: &mut String, text: &str) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => {
                out.push('\\');
                out.push(character);
            }
            '\0'..='\x1f' => {
                const HEX: &[u8; 16] = b"0123456789abcdef";
                let code = character as usize;
                out.push_str("\\u00");
                out.push(char::from(HEX[code >> 4]));
                out.push(char::from(HEX[code & 15]));
            }
            _ => out.push(character),
        }
    }
    out.push('"');
}

/// `value` in decimal digits.
pub(crate) fn decimal(mut value: u64) -> String {
    let mut digits = Vec::new();
    loop {
        digits.insert(0, b'0' + (value % 10) as u8);
        value /= 10;
        if value == 0 {
            break;
        }
    }
    digits.into_iter().map(char::from).collect()
}

/// The one error: a wire type uses what the writer lacks.
#[derive(Debug)]
pub(crate) struct Unsupported;

impl fmt::Display for Unsupported {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}

impl std::error::Error for Unsupported {}

impl Error for Unsupported {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

struct Json<'o> {
    out: &'o mut String,
    /// The string to come is JSON already.
    raw: bool,
}

struct Object<'o> {
    out: &'o mut String,
    opening: u8,
}

impl SerializeStruct for Object<'_> {
    type Ok = ();
    type Error = Unsupported;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        key: &'static str,
        value: &T,
    ) -> Result<(), Unsupported> {
        self.out.push(char::from(self.opening));
        self.opening = b',';
        write_str(self.out, key);
        self.out.push(':');
        value.serialize(Json {
            out: self.out,
            raw: false,
        })
    }

    fn end(self) -> Result<(), Unsupported> {
        self.out.push('}');
        Ok(())
    }
}

macro_rules! refuse {
    ($($method:ident: $type:ty),*) => {
        $(fn $method(self, _: $type) -> Result<(), Unsupported> {
            Err(Unsupported)
        })*
    };
}

impl<'o> Serializer for Json<'o> {
    type Ok = ();
    type Error = Unsupported;
    type SerializeSeq = Impossible<(), Unsupported>;
    type SerializeTuple = Impossible<(), Unsupported>;
    type SerializeTupleStruct = Impossible<(), Unsupported>;
    type SerializeTupleVariant = Impossible<(), Unsupported>;
    type SerializeMap = Impossible<(), Unsupported>;
    type SerializeStruct = Object<'o>;
    type SerializeStructVariant = Impossible<(), Unsupported>;

    refuse!(serialize_bool: bool, serialize_char: char, serialize_bytes: &[u8]);
    refuse!(serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64);
    refuse!(serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64);
    refuse!(serialize_f32: f32, serialize_f64: f64, serialize_unit_struct: &'static str);

    fn serialize_str(self, text: &str) -> Result<(), Unsupported> {
        if self.raw {
            self.out.push_str(text);
        } else {
            write_str(self.out, text);
        }
        Ok(())
    }

    fn serialize_none(self) -> Result<(), Unsupported> {
        self.out.push_str("null");
        Ok(())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Unsupported> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Unsupported> {
        self.serialize_none()
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<(), Unsupported> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), Unsupported> {
        // By address: the marker is one constant, and a comparison of bytes costs bytes.
        self.raw = name.as_ptr() == RAW_JSON.as_ptr();
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<(), Unsupported> {
        Err(Unsupported)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Self::SerializeSeq, Unsupported> {
        Err(Unsupported)
    }

    fn serialize_tuple(self, _: usize) -> Result<Self::SerializeTuple, Unsupported> {
        Err(Unsupported)
    }

    fn serialize_tuple_struct(
        self,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleStruct, Unsupported> {
        Err(Unsupported)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, Unsupported> {
        Err(Unsupported)
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self::SerializeMap, Unsupported> {
        Err(Unsupported)
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Object<'o>, Unsupported> {
        Ok(Object {
            out: self.out,
            opening: b'{',
        })
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, Unsupported> {
        Err(Unsupported)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_escaped_as_a_json_parser_expects() {
        let text = "quote \" backslash \\ newline \n nul \0 escape \u{1b} snow ☃ 𝄞";
        let mut out = String::new();
        write_str(&mut out, text);
        assert_eq!(serde_json::from_str::<String>(&out).unwrap(), text);
    }
}
