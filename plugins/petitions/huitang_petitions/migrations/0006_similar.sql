-- What letters are told apart by: keyed hashes of their pieces, sealed. `sequence` tells every
-- node what it has not yet read.

CREATE TABLE feature (
    id uuid PRIMARY KEY REFERENCES matter,
    sequence bigserial NOT NULL UNIQUE,
    features bytea NOT NULL
);
COMMENT ON COLUMN feature.id IS 'the matter''s own';
CREATE INDEX matter_merged ON matter (merged_into) WHERE merged_into IS NOT NULL;
