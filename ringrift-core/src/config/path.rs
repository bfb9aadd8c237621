//! The way from the root of the tree to a value.

use std::fmt;

/// Steps from the root: keys, and positions in lists.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) struct KeyPath(Vec<Step>);

/// One step of a [`KeyPath`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Step {
    Key(String),
    Index(usize),
}

impl KeyPath {
    /// Splits `daemons.x.threshold` at its dots; the empty text is the root.
    ///
    /// `None` if a key between two dots is empty. A key that itself holds a dot
    /// can be written in a file, but not named here.
    pub(crate) fn parse(dotted: &str) -> Option<Self> {
        if dotted.is_empty() {
            return Some(Self::default());
        }
        Self::from_keys(dotted.split('.'))
    }

    /// Collects keys, `None` if there is none or one is empty.
    pub(crate) fn from_keys<'a>(keys: impl Iterator<Item = &'a str>) -> Option<Self> {
        let steps: Vec<Step> = keys.map(|key| Step::Key(key.to_owned())).collect();
        let is_empty = |step: &Step| matches!(step, Step::Key(key) if key.is_empty());
        (!steps.is_empty() && !steps.iter().any(is_empty)).then_some(Self(steps))
    }

    pub(crate) fn key(&self, key: &str) -> Self {
        self.then(Step::Key(key.to_owned()))
    }

    pub(crate) fn index(&self, index: usize) -> Self {
        self.then(Step::Index(index))
    }

    fn then(&self, step: Step) -> Self {
        let mut steps = self.0.clone();
        steps.push(step);
        Self(steps)
    }

    pub(crate) fn parent(&self) -> Option<Self> {
        let (_, rest) = self.0.split_last()?;
        Some(Self(rest.to_vec()))
    }

    pub(crate) fn steps(&self) -> &[Step] {
        &self.0
    }

    /// The last step if it is a key.
    pub(crate) fn last_key(&self) -> Option<&str> {
        match self.0.last()? {
            Step::Key(key) => Some(key),
            Step::Index(_) => None,
        }
    }

    /// Whether `self` lies below `other`.
    pub(crate) fn is_below(&self, other: &Self) -> bool {
        self.0.len() > other.0.len() && self.0.starts_with(&other.0)
    }
}

impl fmt::Display for KeyPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, step) in self.0.iter().enumerate() {
            match step {
                Step::Index(index) => write!(f, "[{index}]")?,
                Step::Key(key) => {
                    f.write_str(if position == 0 { "" } else { "." })?;
                    write_key(f, key)?;
                }
            }
        }
        Ok(())
    }
}

fn write_key(f: &mut fmt::Formatter<'_>, key: &str) -> fmt::Result {
    let is_bare = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if !key.is_empty() && key.chars().all(is_bare) { f.write_str(key) } else { write!(f, "{key:?}") }
}

#[cfg(test)]
mod tests {
    use super::KeyPath;

    #[test]
    fn displays_as_it_would_be_written_in_a_file() {
        let path = KeyPath::parse("daemons.x").unwrap().key("peers").index(2).key("a b");
        assert_eq!(path.to_string(), "daemons.x.peers[2].\"a b\"");
        assert_eq!(KeyPath::parse("").unwrap().to_string(), "");
        assert_eq!(KeyPath::default().key("").to_string(), "\"\"");
    }

    #[test]
    fn an_empty_key_between_dots_is_no_path() {
        for dotted in [".", "a.", ".a", "a..b"] {
            assert_eq!(KeyPath::parse(dotted), None, "{dotted}");
        }
    }

    #[test]
    fn below_means_strictly_below() {
        let parent = KeyPath::parse("a.b").unwrap();
        assert!(parent.key("c").is_below(&parent));
        assert!(!parent.is_below(&parent));
        assert!(!KeyPath::parse("a.bc").unwrap().is_below(&parent));
        assert_eq!(parent.key("c").parent(), Some(parent));
        assert_eq!(KeyPath::default().parent(), None);
    }
}
