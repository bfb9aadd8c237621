//! Which daemons have to do with which, by their index: one list for the whole runtime.

use std::ops::Range;

/// What every daemon depends on, what it wants, and who depends on it or wants it.
#[derive(Debug, Default)]
pub(crate) struct Links {
    all: Vec<u32>,
    /// Where the three lists of each daemon begin; the next one's begin where the last ends.
    begins: Vec<[u32; 3]>,
}

impl Links {
    /// From what each daemon depends on and wants, in the order of their indices.
    pub(crate) fn new(declared: &[(Vec<u32>, Vec<u32>)]) -> Self {
        let mut dependents = vec![Vec::new(); declared.len()];
        for (index, (depends_on, wants)) in declared.iter().enumerate() {
            depends_on.iter().chain(wants).for_each(|other| dependents[*other as usize].push(index as u32));
        }
        let mut links = Self::default();
        for ((depends_on, wants), dependents) in declared.iter().zip(&dependents) {
            let begins = [depends_on, wants, dependents].map(|list| {
                let begin = links.all.len() as u32;
                links.all.extend(list);
                begin
            });
            links.begins.push(begins);
        }
        links.all.shrink_to_fit();
        links
    }

    pub(crate) fn depends_on(&self, daemon: u32) -> &[u32] {
        &self.all[self.list(daemon, 0)]
    }

    pub(crate) fn wants(&self, daemon: u32) -> &[u32] {
        &self.all[self.list(daemon, 1)]
    }

    pub(crate) fn dependents(&self, daemon: u32) -> &[u32] {
        &self.all[self.list(daemon, 2)]
    }

    fn list(&self, daemon: u32, list: usize) -> Range<usize> {
        let begins = self.begins.as_flattened();
        let place = daemon as usize * 3 + list;
        let end = begins.get(place + 1).map_or(self.all.len(), |end| *end as usize);
        begins[place] as usize..end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_stay_apart_and_lead_both_ways() {
        let links = Links::new(&[(vec![], vec![]), (vec![0], vec![]), (vec![0, 1], vec![]), (vec![1], vec![0])]);
        assert_eq!((links.depends_on(2), links.wants(2)), (&[0, 1][..], &[][..]));
        assert_eq!((links.depends_on(3), links.wants(3)), (&[1][..], &[0][..]));
        let dependents = [0, 1, 2, 3].map(|daemon| links.dependents(daemon));
        assert_eq!(dependents, [&[1, 2, 3][..], &[2, 3], &[], &[]]);
    }
}
