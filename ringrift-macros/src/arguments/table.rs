//! The closed table of an attribute's options: name, field, type and reader, written once.

use proc_macro2::{Ident, TokenStream};

/// An option that the user gave, and could be read.
#[derive(Clone)]
pub(crate) struct Given<T> {
    pub(crate) key: Ident,
    pub(crate) value: T,
    /// Where its value stands.
    pub(crate) place: TokenStream,
}

/// Makes the struct of an attribute's options, the list of their names, and their reader.
macro_rules! option_table {
    ($(#[$doc:meta])* $table:ident { $($name:literal => $field:ident: $ty:ty = $read:expr;)* }) => {
        $(#[$doc])*
        #[derive(Default)]
        pub(crate) struct $table {
            $(pub(crate) $field: Option<$crate::arguments::Given<$ty>>,)*
        }

        impl $table {
            /// Every option there is.
            pub(crate) const NAMES: &'static [&'static str] = &[$($name),*];

            /// Reads the values; a wrong one is noted and left out.
            pub(crate) fn read(
                arguments: &[$crate::arguments::Argument],
                problems: &mut $crate::problems::Problems,
            ) -> Self {
                let mut table = Self::default();
                for argument in arguments {
                    let (key, place) = (argument.key.clone(), argument.place());
                    match key.to_string().as_str() {
                        $($name => {
                            table.$field = ($read)(argument, problems)
                                .map(|value| $crate::arguments::Given { key, value, place });
                        })*
                        _ => unreachable!("only known options are admitted"),
                    }
                }
                table
            }
        }
    };
}

pub(crate) use option_table;
