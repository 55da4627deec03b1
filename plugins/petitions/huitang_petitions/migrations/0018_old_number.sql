-- The number a matter had in the register it was taken over from: people still write and ask under it.

ALTER TABLE matter ADD COLUMN old_number text NOT NULL DEFAULT '';
COMMENT ON COLUMN matter.old_number IS 'its number in the register it was taken over from; empty: it was registered here';
CREATE INDEX matter_old_number ON matter (old_number) WHERE old_number <> '';
