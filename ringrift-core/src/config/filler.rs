//! A made-up value for one that is missing, so that reading can go on.
//!
//! It never reaches anybody: a section in which something is missing is an
//! error. It only has to be taken, so that the next missing field is found.

use serde::de::{Deserializer, Error, IntoDeserializer, Visitor, value};

use super::cursor::Pass;
use super::failure::{Failure, Names};
use super::path::KeyPath;
use super::table_cursor::TableCursor;

pub(crate) struct Filler<'a> {
    pub(crate) pass: &'a Pass<'a>,
    pub(crate) path: KeyPath,
}

/// Methods whose type has a value that is nearly always valid.
macro_rules! made_up {
    ($($method:ident => $visit:ident($($value:expr)?)),* $(,)?) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
            visitor.$visit($($value)?)
        }
    )*};
}

impl<'de> Deserializer<'de> for Filler<'_> {
    type Error = Failure;

    // Not 0, which many a number must not be; and a text that is a duration,
    // the most frequent kind of text with a form.
    made_up! {
        deserialize_bool => visit_bool(false),
        deserialize_i8 => visit_i8(1),
        deserialize_i16 => visit_i16(1),
        deserialize_i32 => visit_i32(1),
        deserialize_i64 => visit_i64(1),
        deserialize_i128 => visit_i128(1),
        deserialize_u8 => visit_u8(1),
        deserialize_u16 => visit_u16(1),
        deserialize_u32 => visit_u32(1),
        deserialize_u64 => visit_u64(1),
        deserialize_u128 => visit_u128(1),
        deserialize_f32 => visit_f32(1.0),
        deserialize_f64 => visit_f64(1.0),
        deserialize_char => visit_char('1'),
        deserialize_any => visit_str("1s"),
        deserialize_str => visit_str("1s"),
        deserialize_string => visit_str("1s"),
        deserialize_identifier => visit_str("1s"),
        deserialize_bytes => visit_bytes(b"1s"),
        deserialize_byte_buf => visit_bytes(b"1s"),
        deserialize_option => visit_none(),
        deserialize_unit => visit_unit(),
        deserialize_ignored_any => visit_unit(),
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, _name: &'static str, visitor: V) -> Result<V::Value, Failure> {
        visitor.visit_unit()
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _name: &'static str, visitor: V) -> Result<V::Value, Failure> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        visitor.visit_seq(value::SeqDeserializer::new(std::iter::empty::<u8>()))
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _length: usize, visitor: V) -> Result<V::Value, Failure> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _length: usize,
        visitor: V,
    ) -> Result<V::Value, Failure> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        visitor.visit_map(TableCursor::filled(self.pass, &self.path, None))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        fields: Names,
        visitor: V,
    ) -> Result<V::Value, Failure> {
        visitor.visit_map(TableCursor::filled(self.pass, &self.path, Some(fields)))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        variants: Names,
        visitor: V,
    ) -> Result<V::Value, Failure> {
        let first = variants.first().ok_or_else(|| Failure::custom("no variant can be chosen"))?;
        visitor.visit_enum((*first).into_deserializer())
    }
}
