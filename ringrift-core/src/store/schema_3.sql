-- What is owed has a place to begin at, so that the key of the table finds it: an index of it was one more page to
-- write and to sync for every event.
DROP INDEX pending;
