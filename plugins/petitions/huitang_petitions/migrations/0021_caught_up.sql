-- Matters that were joined to another before newcomers caught up with it: looked at once, found by the index alone. New
-- rows need no look, and those there are were not joined, or were joined before.
ALTER TABLE matter ADD COLUMN caught_up boolean NOT NULL DEFAULT false;
ALTER TABLE matter ALTER COLUMN caught_up SET DEFAULT true;
CREATE INDEX matter_behind ON matter (merged_into) WHERE merged_into IS NOT NULL AND NOT caught_up;
