//! A store of every version of the schema is read: its files stay here for good.

use std::{fs, path::Path};

use ringrift_tests::crash::{files::Lines, verdict};
use rusqlite::Connection;

use super::kills::{check, folder};

/// Every version there was, each with what it acknowledged.
const VERSIONS: [(u32, usize); 3] = [(1, 32), (2, 32), (3, 60)];

#[test]
fn a_store_of_every_version_goes_on_where_it_was_left() {
    for (version, acknowledged) in VERSIONS {
        let (_place, folder) = folder();
        let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("fixtures/store_{version}"));
        for file in fs::read_dir(&kept).unwrap().map(Result::unwrap) {
            fs::copy(file.path(), folder.root().join(file.file_name())).unwrap();
        }
        fs::create_dir_all(folder.store_folder()).unwrap();
        fs::rename(folder.root().join("ringrift.db"), folder.store()).unwrap();
        let before = folder.read(Lines::Followed).unwrap().len();
        let found: u32 =
            Connection::open(folder.store()).unwrap().query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap();
        assert_eq!(found, version);
        let verdict: verdict::Verdict = check(&folder);
        assert_eq!(verdict.acknowledged, acknowledged);
        assert!(folder.read(Lines::Followed).unwrap().len() > before, "version {version}: nothing went on");
    }
}
