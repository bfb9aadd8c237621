-- Of what is written through `once`, of what operators did, and of what they disabled, damage is seen, too. The
-- checksums of the rows that are there are computed after this.
ALTER TABLE effects ADD COLUMN checksum INTEGER NOT NULL DEFAULT 0;
ALTER TABLE disabled ADD COLUMN checksum INTEGER NOT NULL DEFAULT 0;
ALTER TABLE audit ADD COLUMN checksum INTEGER NOT NULL DEFAULT 0;
