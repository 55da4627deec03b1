-- How often somebody tried something: what nodes tell one another about limits. Not worth surviving a crash of the
-- server, so it is not logged; `who` is a keyed digest, and nobody learns from this table whom it counts.
CREATE UNLOGGED TABLE tries (
    who bytea PRIMARY KEY,
    count integer NOT NULL,
    ends timestamptz NOT NULL
) WITH (fillfactor = 70);
CREATE INDEX tries_ends ON tries (ends);
