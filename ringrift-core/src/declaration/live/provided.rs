//! Values that the program gives to `#[inject]` fields.

use std::{
    any::{Any, TypeId, type_name},
    collections::HashMap,
    fmt,
};

use crate::delivery::guard::BoxError;

type Value = Box<dyn Any + Send + Sync>;

/// One value per type.
#[derive(Default)]
pub(crate) struct Provided(HashMap<TypeId, Value>);

impl Provided {
    pub(crate) fn get<T: Clone + 'static>(&self) -> Option<T> {
        self.0.get(&TypeId::of::<T>())?.downcast_ref::<T>().cloned()
    }
}

impl fmt::Debug for Provided {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Provided({})", self.0.len())
    }
}

/// What will be provided: that it will be is known before it is made. In the order given, so that one
/// start makes its values as the other.
#[derive(Default)]
pub(crate) struct Offered(Vec<Offer>);

struct Offer {
    type_id: TypeId,
    type_name: &'static str,
    make: Box<dyn FnOnce() -> Result<Value, BoxError> + Send>,
}

/// A value that was offered and can't be made.
#[derive(Debug)]
pub(crate) struct NotMade {
    pub(crate) type_name: &'static str,
    pub(crate) error: BoxError,
}

impl Offered {
    /// Adds a value, or how it is made; a later one of the same type replaces it.
    pub(crate) fn insert<T: Clone + Send + Sync + 'static>(
        &mut self,
        make: impl FnOnce() -> Result<T, BoxError> + Send + 'static,
    ) {
        let type_id = TypeId::of::<T>();
        self.0.retain(|offer| offer.type_id != type_id);
        let make = Box::new(|| make().map(|value| Box::new(value) as Value));
        self.0.push(Offer { type_id, type_name: type_name::<T>(), make });
    }

    pub(crate) fn contains(&self, type_id: TypeId) -> bool {
        self.0.iter().any(|offer| offer.type_id == type_id)
    }

    /// Makes every value, up to the first that can't be made.
    pub(crate) fn make(self) -> Result<Provided, NotMade> {
        let make = |offer: Offer| match (offer.make)() {
            Ok(value) => Ok((offer.type_id, value)),
            Err(error) => Err(NotMade { type_name: offer.type_name, error }),
        };
        Ok(Provided(self.0.into_iter().map(make).collect::<Result<_, _>>()?))
    }
}
