//! Which daemons have to do with which, by their index: two lists for the whole runtime.

/// What every daemon depends on, what it wants, and who depends on it or wants it.
#[derive(Debug, Default)]
pub(crate) struct Links {
    /// What each depends on, and then what it wants.
    needs: Vec<u32>,
    /// Where the two begin for each daemon, and where the last ends.
    needs_begin: Vec<u32>,
    dependents: Vec<u32>,
    dependents_begin: Vec<u32>,
}

impl Links {
    /// From what each daemon depends on and wants, in the order of their indices.
    pub(crate) fn new<L: IntoIterator<Item = u32>>(declared: impl ExactSizeIterator<Item = [L; 2]>) -> Self {
        let daemons = declared.len();
        let mut needs = Vec::new();
        let mut needs_begin = Vec::with_capacity(daemons * 2 + 1);
        needs_begin.push(0);
        for list in declared.flatten() {
            needs.extend(list);
            needs_begin.push(needs.len() as u32);
        }
        needs.shrink_to_fit();
        let links = Self { needs, needs_begin, ..Self::default() };
        links.with_dependents(daemons)
    }

    /// Counts the dependents of each, so that each finds its place at once.
    fn with_dependents(mut self, daemons: usize) -> Self {
        let mut begin = vec![0; daemons + 1];
        self.needs.iter().for_each(|other| begin[*other as usize + 1] += 1);
        for daemon in 0..daemons {
            begin[daemon + 1] += begin[daemon];
        }
        let mut next = begin.clone();
        self.dependents = vec![0; self.needs.len()];
        for daemon in 0..daemons {
            for other in list(&self.needs, &self.needs_begin, daemon * 2, daemon * 2 + 2) {
                let place = &mut next[*other as usize];
                self.dependents[*place as usize] = daemon as u32;
                *place += 1;
            }
        }
        self.dependents_begin = begin;
        self
    }

    pub(crate) fn depends_on(&self, daemon: u32) -> &[u32] {
        let place = daemon as usize * 2;
        list(&self.needs, &self.needs_begin, place, place + 1)
    }

    pub(crate) fn wants(&self, daemon: u32) -> &[u32] {
        let place = daemon as usize * 2 + 1;
        list(&self.needs, &self.needs_begin, place, place + 1)
    }

    pub(crate) fn dependents(&self, daemon: u32) -> &[u32] {
        let place = daemon as usize;
        list(&self.dependents, &self.dependents_begin, place, place + 1)
    }
}

/// From where one list begins to where another does.
fn list<'a>(all: &'a [u32], begins: &[u32], from: usize, to: usize) -> &'a [u32] {
    &all[begins[from] as usize..begins[to] as usize]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_stay_apart_and_lead_both_ways() {
        let links =
            Links::new([[vec![], vec![]], [vec![0], vec![]], [vec![0, 1], vec![]], [vec![1], vec![0]]].into_iter());
        assert_eq!((links.depends_on(2), links.wants(2)), (&[0, 1][..], &[][..]));
        assert_eq!((links.depends_on(3), links.wants(3)), (&[1][..], &[0][..]));
        let dependents = [0, 1, 2, 3].map(|daemon| links.dependents(daemon));
        assert_eq!(dependents, [&[1, 2, 3][..], &[2, 3], &[], &[]]);
    }
}
