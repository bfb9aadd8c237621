//! The checksum of a row, which SQLite's pages do not have.

use crc32fast::Hasher;

/// A CRC-32 over the parts of a row, each with its length, so that none can move into the next.
pub(crate) fn checksum(parts: &[&[u8]]) -> u32 {
    let mut hasher = Hasher::new();
    for part in parts {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    hasher.finalize()
}

#[cfg(test)]
mod tests {
    use super::checksum;

    #[test]
    fn a_byte_that_moves_to_the_next_part_is_seen() {
        assert_ne!(checksum(&[b"ab", b"c"]), checksum(&[b"a", b"bc"]));
        assert_eq!(checksum(&[b"ab", b"c"]), checksum(&[b"ab", b"c"]));
    }
}
