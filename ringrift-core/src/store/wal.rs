//! A look at the write-ahead log before SQLite opens it.
//!
//! SQLite takes the frames up to the first bad one, and says nothing of those that follow: right after
//! a crash, when the last was torn, and a loss when a frame in the middle was damaged. A frame's
//! checksum goes on from that of the frame before, which stands in its header; so a good frame behind
//! a bad one can be told. The format: <https://sqlite.org/fileformat2.html#the_write_ahead_log>.

use std::{fs, io, path::Path};

const HEADER: usize = 32;
const FRAME_HEADER: usize = 24;
/// The magic numbers of a log whose checksums read big-endian, and little-endian, words.
const BIG_ENDIAN: u32 = 0x377f_0683;
const LITTLE_ENDIAN: u32 = 0x377f_0682;

/// What SQLite will not take of a log, and what should have been there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cut {
    /// The first bad frame, counted from 1; 0 for the header of the log.
    pub(super) frame: usize,
    /// How many good frames follow it.
    pub(super) good_behind: usize,
}

/// Looks whether good frames follow a bad one in the log of a store.
pub(super) fn look(store: &Path) -> io::Result<Option<Cut>> {
    let mut path = store.as_os_str().to_owned();
    path.push("-wal");
    match fs::read(path) {
        Ok(log) => Ok(cut(&log)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn cut(log: &[u8]) -> Option<Cut> {
    let header = log.get(..HEADER)?;
    // Of a magic number that is neither, the words are as this machine writes them.
    let is_big_endian = match word(header, 0) {
        LITTLE_ENDIAN => false,
        BIG_ENDIAN => true,
        _ => cfg!(target_endian = "big"),
    };
    let is_known = matches!(word(header, 0), BIG_ENDIAN | LITTLE_ENDIAN);
    if is_known && checksum((0, 0), &header[..24], is_big_endian) == sums(header, 24) {
        return cut_at(log, word(header, 8) as usize, is_big_endian, None);
    }
    // A damaged header may hide the size of a page.
    let by_size = (9..=16).map(|bits| cut_at(log, 1 << bits, is_big_endian, Some(0)));
    by_size.flatten().max_by_key(|cut| cut.good_behind)
}

/// The first bad frame, unless the header is, and what follows it.
fn cut_at(log: &[u8], page: usize, is_big_endian: bool, mut first_bad: Option<usize>) -> Option<Cut> {
    let mut seed = sums(log, 24);
    let mut good_behind = 0;
    for (index, frame) in log[HEADER..].chunks_exact(FRAME_HEADER + page).enumerate() {
        let head = checksum(seed, &frame[..8], is_big_endian);
        // Zeros have the checksum of zeros, and are no page.
        let is_page = word(frame, 0) != 0;
        let is_whole = is_page && checksum(head, &frame[FRAME_HEADER..], is_big_endian) == sums(frame, 16);
        match first_bad {
            None if !is_whole || frame[8..16] != log[16..24] => first_bad = Some(index + 1),
            Some(0) if is_whole => good_behind += 1,
            Some(_) if is_whole && frame[8..16] == log[16..24] => good_behind += 1,
            _ => {}
        }
        seed = sums(frame, 16);
    }
    first_bad.filter(|_| good_behind > 0).map(|frame| Cut { frame, good_behind })
}

/// The two sums that stand there.
fn sums(bytes: &[u8], at: usize) -> (u32, u32) {
    (word(bytes, at), word(bytes, at + 4))
}

fn word(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..at + 4).and_then(|bytes| bytes.try_into().ok()).map_or(0, u32::from_be_bytes)
}

fn checksum((mut first, mut second): (u32, u32), bytes: &[u8], is_big_endian: bool) -> (u32, u32) {
    let read = |word: [u8; 4]| if is_big_endian { u32::from_be_bytes(word) } else { u32::from_le_bytes(word) };
    for pair in bytes.as_chunks::<8>().0 {
        let [a, b, c, d, e, f, g, h] = *pair;
        first = first.wrapping_add(read([a, b, c, d])).wrapping_add(second);
        second = second.wrapping_add(read([e, f, g, h])).wrapping_add(first);
    }
    (first, second)
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::*;

    /// A log of some transactions, as a crash leaves it.
    fn log() -> Vec<u8> {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("x.db");
        let connection = Connection::open(&file).expect("a file");
        connection.pragma_update(None, "journal_mode", "WAL").expect("a log");
        connection.execute_batch("CREATE TABLE t (x)").expect("a table");
        for n in 0..10 {
            connection.execute("INSERT INTO t VALUES (?)", [n]).expect("a row");
        }
        fs::read(folder.path().join("x.db-wal")).expect("a log")
    }

    fn frame_at(log: &[u8], number: usize) -> usize {
        HEADER + (number - 1) * (FRAME_HEADER + word(log, 8) as usize)
    }

    #[test]
    fn a_whole_log_has_no_cut() {
        assert_eq!(cut(&log()), None);
    }

    #[test]
    fn a_torn_end_is_no_loss() {
        let log = log();
        assert_eq!(cut(&log[..log.len() - 100]), None);
        let mut torn = log.clone();
        let last = torn.len() - 1;
        torn[last] ^= 1;
        assert_eq!(cut(&torn), None);
    }

    #[test]
    fn a_damaged_frame_in_the_middle_is_told_with_what_follows() {
        let mut log = log();
        let place = frame_at(&log, 5) + FRAME_HEADER + 7;
        log[place] ^= 1;
        let frames = (log.len() - HEADER) / (FRAME_HEADER + word(&log, 8) as usize);
        assert_eq!(cut(&log), Some(Cut { frame: 5, good_behind: frames - 5 }));
    }

    #[test]
    fn a_damaged_header_is_told() {
        let mut log = log();
        log[13] ^= 1;
        let frames = (log.len() - HEADER) / (FRAME_HEADER + word(&log, 8) as usize);
        assert_eq!(cut(&log), Some(Cut { frame: 0, good_behind: frames }));
    }

    #[test]
    fn what_an_earlier_use_of_the_log_left_is_not_of_this_one() {
        let mut log = log();
        let place = frame_at(&log, 5);
        // Other salts in all frames from here on, as a restarted log leaves them.
        let frame = FRAME_HEADER + word(&log, 8) as usize;
        for at in (place..log.len()).step_by(frame) {
            log[at + 8] ^= 1;
        }
        assert_eq!(cut(&log), None);
    }
}
