-- Since when one person may be taken to hold the number: a number that was given up goes to somebody else.

ALTER TABLE resident ADD COLUMN held_since timestamptz;
UPDATE resident SET held_since = created_at;
ALTER TABLE resident ALTER COLUMN held_since SET NOT NULL;
