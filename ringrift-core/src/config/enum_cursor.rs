//! Going into a variant of an enum.

use serde::de::value::StrDeserializer;
use serde::de::{DeserializeSeed, Deserializer, EnumAccess, Error, VariantAccess, Visitor};

use super::cursor::Cursor;
use super::failure::{Failure, Fault, Names};
use super::node::Value;

/// A variant: its name, or a table with the name for its one key.
pub(crate) struct EnumCursor<'a> {
    variant: &'a str,
    content: Option<Cursor<'a>>,
}

impl<'a> EnumCursor<'a> {
    pub(crate) fn new(at: &Cursor<'a>) -> Option<Self> {
        match &at.node.value {
            Value::Text(text) | Value::Raw(text) => Some(Self { variant: text, content: None }),
            Value::Table(table) if table.len() == 1 => {
                let (variant, node) = table.first_key_value()?;
                let path = at.path.key(variant);
                let content = Cursor { path, node, siblings: None, ..at.clone() };
                Some(Self { variant, content: Some(content) })
            }
            _ => None,
        }
    }

    fn content(self) -> Result<Cursor<'a>, Failure> {
        self.content.ok_or_else(|| {
            let variant = self.variant;
            Fault::Other(format!("`{variant}` needs a value; write {{ {variant} = .. }}")).into()
        })
    }
}

impl<'de, 'a> EnumAccess<'de> for EnumCursor<'a> {
    type Error = Failure;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), Failure> {
        let variant = seed.deserialize(StrDeserializer::<Failure>::new(self.variant))?;
        Ok((variant, self))
    }
}

impl<'de> VariantAccess<'de> for EnumCursor<'_> {
    type Error = Failure;

    fn unit_variant(self) -> Result<(), Failure> {
        match self.content {
            None => Ok(()),
            Some(_) => Err(Failure::custom(format_args!("`{0}` takes no value; write \"{0}\"", self.variant))),
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Failure> {
        let content = self.content()?;
        let path = content.path.clone();
        seed.deserialize(content).map_err(|failure| failure.at(&path))
    }

    fn tuple_variant<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, Failure> {
        let content = self.content()?;
        let path = content.path.clone();
        content.deserialize_tuple(len, visitor).map_err(|failure| failure.at(&path))
    }

    fn struct_variant<V: Visitor<'de>>(self, fields: Names, visitor: V) -> Result<V::Value, Failure> {
        let content = self.content()?;
        let path = content.path.clone();
        content.read_struct(fields, visitor).map_err(|failure| failure.at(&path))
    }
}
