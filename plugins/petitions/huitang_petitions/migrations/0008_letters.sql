-- Letters made from templates: which kind, and when the petitioner was given it.

ALTER TABLE paper ADD COLUMN letter text NOT NULL DEFAULT '';
ALTER TABLE paper ADD COLUMN given_at timestamptz;
COMMENT ON COLUMN paper.letter IS 'the kind of letter (services/letters/letters.toml) it was made as; empty: it came from outside';
