-- Who handles what. A handler that is gone keeps its row, so that its deliveries keep their name.
CREATE TABLE handlers (
    id INTEGER PRIMARY KEY,
    daemon TEXT NOT NULL,
    handler TEXT NOT NULL,
    event TEXT NOT NULL,
    -- The last event before the handler was known.
    since INTEGER NOT NULL,
    UNIQUE (daemon, handler, event)
) STRICT;

-- Every durable event, and every other that has a dead letter. `seq` has no gaps but those in `pruned`.
CREATE TABLE events (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id BLOB NOT NULL UNIQUE,
    event TEXT NOT NULL,
    payload TEXT NOT NULL,
    hops INTEGER NOT NULL,
    emitter TEXT,
    -- Milliseconds since 1970.
    emitted INTEGER NOT NULL,
    -- The delivery in whose handler it was emitted: it may run again, and emit the same again.
    cause_event BLOB,
    cause_handler INTEGER,
    -- The event that it is a copy of, emitted again for one daemon.
    replay_of BLOB,
    checksum INTEGER NOT NULL
) STRICT;

CREATE INDEX by_type ON events (event);

-- One row an event and handler, with one state: 0 pending, 1 done, 2 dead, 3 exhausted, 4 discarded.
CREATE TABLE deliveries (
    handler INTEGER NOT NULL,
    event INTEGER NOT NULL,
    state INTEGER NOT NULL,
    -- When it came into that state, in milliseconds since 1970.
    since INTEGER NOT NULL,
    -- The dead letter, as JSON.
    letter TEXT,
    checksum INTEGER NOT NULL,
    PRIMARY KEY (handler, event)
) STRICT, WITHOUT ROWID;

CREATE INDEX pending ON deliveries (handler, event) WHERE state = 0;
CREATE INDEX letters ON deliveries (handler, event) WHERE letter IS NOT NULL;

-- What a handler did through `once`, as far as its delivery is not settled.
CREATE TABLE effects (
    handler INTEGER NOT NULL,
    event INTEGER NOT NULL,
    name TEXT NOT NULL,
    -- JSON once it is done; NULL while it is only known to have begun.
    value TEXT,
    PRIMARY KEY (handler, event, name)
) STRICT, WITHOUT ROWID;

-- What daemons keep with `cx.state()`.
CREATE TABLE states (
    daemon TEXT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    saved INTEGER NOT NULL,
    checksum INTEGER NOT NULL,
    PRIMARY KEY (daemon, name)
) STRICT, WITHOUT ROWID;

-- Daemons that an operator disabled.
CREATE TABLE disabled (
    daemon TEXT PRIMARY KEY,
    since INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What operators did.
CREATE TABLE audit (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    outcome TEXT NOT NULL
) STRICT;

-- Ranges of `events.seq` that retention removed.
CREATE TABLE pruned (
    first INTEGER PRIMARY KEY,
    last INTEGER NOT NULL
) STRICT;

-- Rows that were found damaged, as they were.
CREATE TABLE quarantine (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    found INTEGER NOT NULL,
    place TEXT NOT NULL,
    reason TEXT NOT NULL,
    content TEXT NOT NULL
) STRICT;

-- Written to see whether the disk has room.
CREATE TABLE probe (
    number INTEGER PRIMARY KEY,
    filler BLOB NOT NULL
) STRICT;
