-- What was done about matters that are late or nearly so: every step of the ladder once, and what people did by hand.

CREATE TABLE supervision (
    id uuid PRIMARY KEY,
    matter_id uuid NOT NULL REFERENCES matter,
    step text NOT NULL,
    limit_id text NOT NULL,
    round integer NOT NULL,
    organ text NOT NULL,
    due date,
    at timestamptz NOT NULL,
    by uuid,
    note bytea NOT NULL,
    told uuid[] NOT NULL,
    answered_at timestamptz,
    answered_by uuid,
    answer bytea NOT NULL
);
COMMENT ON COLUMN supervision.due IS 'of the limit: an extension gives it another one, and the ladder begins again; null: by hand, about the matter as a whole';
COMMENT ON COLUMN supervision.by IS 'null: the platform, by the ladder';
CREATE UNIQUE INDEX supervision_once ON supervision (matter_id, limit_id, round, organ, due, step) WHERE by IS NULL;
CREATE INDEX supervision_matter ON supervision (matter_id, at);
CREATE INDEX supervision_open ON supervision (at) WHERE answered_at IS NULL;
