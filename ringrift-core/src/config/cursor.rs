//! A serde deserializer over the tree.
//!
//! It is our own, rather than that of `toml` with wrappers around it, because it
//! must turn text of the environment into the type that is asked for, and that
//! type is known only here. Standing here it also knows the path of every value
//! and the field names of every struct, so that no wrapper is needed to find
//! unknown keys and the places of errors.

use std::cell::RefCell;
use std::collections::BTreeMap;

use serde::de::{Deserializer, Error, Visitor};

use super::adapt::Wanted;
use super::enum_cursor::EnumCursor;
use super::failure::{Failure, Names};
use super::list_cursor::ListCursor;
use super::node::{Node, Value};
use super::path::KeyPath;
use super::recovery::Marks;
use super::table_cursor::TableCursor;
use super::wording;

/// What all cursors of one pass over a section share.
pub(crate) struct Pass<'a> {
    pub(crate) marks: &'a Marks,
    /// Keys no field took, with the names of the fields there are.
    pub(crate) unknown: RefCell<BTreeMap<KeyPath, Names>>,
}

/// A value that is being read.
#[derive(Clone)]
pub(crate) struct Cursor<'a> {
    pub(crate) pass: &'a Pass<'a>,
    pub(crate) path: KeyPath,
    pub(crate) node: &'a Node,
    /// The fields of the struct this is read into one of, if it is a struct.
    pub(crate) siblings: Option<Names>,
}

impl<'a> Cursor<'a> {
    /// Hands the value over as what it is.
    fn plain<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        match &self.node.value {
            Value::Boolean(boolean) => visitor.visit_bool(*boolean),
            Value::Integer(integer) => visitor.visit_i64(*integer),
            Value::Float(float) => visitor.visit_f64(*float),
            Value::Text(text) | Value::Raw(text) => visitor.visit_str(text),
            Value::List(items) => {
                let mut cursor = ListCursor::new(&self, items);
                let value = visitor.visit_seq(&mut cursor)?;
                cursor.finish()?;
                Ok(value)
            }
            Value::Table(table) => visitor.visit_map(TableCursor::new(&self, table, None)),
        }
    }

    /// Hands the value over, raw text as what is wanted.
    fn adapted<'de, V: Visitor<'de>>(self, wanted: Wanted, visitor: V) -> Result<V::Value, Failure> {
        let adapted = match &self.node.value {
            Value::Raw(text) => wanted.adapt(text),
            _ => None,
        };
        match &adapted {
            Some(node) => Cursor { node, ..self }.plain(visitor),
            None => self.plain(visitor),
        }
    }

    /// Notes a key that no field took. A field may also ignore its own value.
    fn note_unknown(&self) {
        let is_field = |names: &Names| self.path.last_key().is_some_and(|key| names.contains(&key));
        if let Some(siblings) = self.siblings.filter(|names| !is_field(names)) {
            let mut unknown = self.pass.unknown.borrow_mut();
            unknown.insert(self.path.clone(), siblings);
        }
    }

    pub(crate) fn read_struct<'de, V: Visitor<'de>>(self, fields: Names, visitor: V) -> Result<V::Value, Failure> {
        match &self.node.value {
            Value::Table(table) => visitor.visit_map(TableCursor::new(&self, table, Some(fields))),
            // serde would also fill a struct from a list, field by field.
            _ => Err(Failure::invalid_type(self.node.unexpected(), &visitor)),
        }
    }
}

/// Methods that differ only in what they want.
macro_rules! adapted {
    ($($method:ident => $wanted:ident),* $(,)?) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
            self.adapted(Wanted::$wanted, visitor)
        }
    )*};
}

/// Methods that take the value as it is.
macro_rules! plain {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
            self.plain(visitor)
        }
    )*};
}

impl<'de> Deserializer<'de> for Cursor<'_> {
    type Error = Failure;

    adapted! {
        deserialize_any => Anything,
        deserialize_bool => Boolean,
        deserialize_i8 => Number,
        deserialize_i16 => Number,
        deserialize_i32 => Number,
        deserialize_i64 => Number,
        deserialize_i128 => Number,
        deserialize_u8 => Number,
        deserialize_u16 => Number,
        deserialize_u32 => Number,
        deserialize_u64 => Number,
        deserialize_u128 => Number,
        deserialize_f32 => Number,
        deserialize_f64 => Number,
        deserialize_seq => List,
    }

    plain! {
        deserialize_char deserialize_str deserialize_string deserialize_identifier
        deserialize_bytes deserialize_byte_buf deserialize_unit deserialize_map
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        visitor.visit_some(self)
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, _name: &'static str, visitor: V) -> Result<V::Value, Failure> {
        self.plain(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _name: &'static str, visitor: V) -> Result<V::Value, Failure> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _length: usize, visitor: V) -> Result<V::Value, Failure> {
        self.adapted(Wanted::List, visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _length: usize,
        visitor: V,
    ) -> Result<V::Value, Failure> {
        self.adapted(Wanted::List, visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        fields: Names,
        visitor: V,
    ) -> Result<V::Value, Failure> {
        self.read_struct(fields, visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        variants: Names,
        visitor: V,
    ) -> Result<V::Value, Failure> {
        match EnumCursor::new(&self) {
            Some(cursor) => visitor.visit_enum(cursor),
            None => {
                let wanted = wording::one_of(variants);
                Err(Failure::invalid_type(self.node.unexpected(), &wanted.as_str()))
            }
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        self.note_unknown();
        visitor.visit_unit()
    }
}
