-- Letters that were made in one act: one for the petitioner of each matter that is joined.

ALTER TABLE paper ADD COLUMN batch uuid;
COMMENT ON COLUMN paper.batch IS 'the same for letters made in one act, and given in one; null: anything else';
CREATE INDEX paper_batch ON paper (batch) WHERE batch IS NOT NULL;
