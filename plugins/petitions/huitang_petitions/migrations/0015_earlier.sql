-- What a petitioner says of an earlier letter is free text, so it is sealed like the rest. What stands there in clear is
-- sealed by the job petitions.seal; until then it is read from earlier_plain.

ALTER TABLE matter RENAME COLUMN earlier TO earlier_plain;
ALTER TABLE matter ALTER COLUMN earlier_plain SET DEFAULT '';
ALTER TABLE matter ADD COLUMN earlier bytea;
COMMENT ON COLUMN matter.earlier IS 'number or words of an earlier letter or visit on the same matter, as the petitioner says; sealed. NULL: from before it was';
COMMENT ON COLUMN matter.earlier_plain IS 'what earlier versions kept in clear; empty once it was sealed';
CREATE INDEX matter_earlier_plain ON matter (id) WHERE earlier_plain <> '';
