-- What suggestions were learnt as, version by version: the model lies in the platform's file store, so that every node uses the
-- same one; how often it is right travels with it.

CREATE TABLE suggester (
    id uuid PRIMARY KEY,
    version integer NOT NULL UNIQUE CHECK (version >= 1),
    file_id uuid,
    decided uuid[] NOT NULL,
    measured jsonb NOT NULL,
    learnt_at timestamptz NOT NULL
);
COMMENT ON COLUMN suggester.file_id IS 'null once newer versions have taken its place';
COMMENT ON COLUMN suggester.decided IS 'the decided matters it was learnt from: the next version is measured on others';
