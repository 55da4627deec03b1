-- What goes with the steps of a matter: the reasons officers give (sealed: they may name people), and extensions asked for.

ALTER TABLE event ADD COLUMN note bytea NOT NULL DEFAULT '';
COMMENT ON COLUMN event.note IS 'why, in the officer''s words; sealed';

CREATE TABLE extension (
    id uuid PRIMARY KEY,
    matter_id uuid NOT NULL REFERENCES matter,
    limit_id text NOT NULL,
    organ text NOT NULL,
    days integer NOT NULL CHECK (days > 0),
    reason bytea NOT NULL,
    asked_by uuid,
    asked_at timestamptz NOT NULL,
    granted boolean,
    decided_by uuid,
    decided_at timestamptz
);
CREATE UNIQUE INDEX extension_open ON extension (matter_id, limit_id, organ) WHERE granted IS NULL;
CREATE INDEX extension_matter ON extension (matter_id, asked_at);
