//! Which points of a board are connected: a union-find.

/// Sets of connected points, each known by one of its members.
#[derive(Debug, Clone)]
pub(super) struct Groups {
    parents: Vec<u16>,
}

impl Groups {
    /// Makes every point a group of its own.
    pub(super) fn new(points: u16) -> Self {
        Self { parents: (0..points).collect() }
    }

    /// Makes one group of the groups of two points.
    pub(super) fn join(&mut self, a: u16, b: u16) {
        let (a, b) = (self.root(a), self.root(b));
        self.parents[usize::from(a)] = b;
    }

    /// Whether two points are in the same group.
    pub(super) fn are_joined(&mut self, a: u16, b: u16) -> bool {
        self.root(a) == self.root(b)
    }

    fn root(&mut self, mut point: u16) -> u16 {
        while self.parent(point) != point {
            // Path halving: each look-up shortens the next one.
            let grandparent = self.parent(self.parent(point));
            self.parents[usize::from(point)] = grandparent;
            point = grandparent;
        }
        point
    }

    fn parent(&self, point: u16) -> u16 {
        self.parents[usize::from(point)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_joined_through_others_and_not_otherwise() {
        let mut groups = Groups::new(6);
        groups.join(0, 1);
        groups.join(2, 3);
        groups.join(1, 2);
        assert!(groups.are_joined(0, 3));
        assert!(!groups.are_joined(0, 4));
        assert!(!groups.are_joined(4, 5));
    }

    #[test]
    fn joining_twice_changes_nothing() {
        let mut groups = Groups::new(3);
        groups.join(0, 1);
        groups.join(1, 0);
        assert!(groups.are_joined(0, 1));
        assert!(!groups.are_joined(1, 2));
    }
}
