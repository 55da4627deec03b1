-- Things whose document must be read again. Rows are only ever added by writers of data, so they never wait for each other;
-- the index writer removes them after the commit of the index. Applied rows are kept while a rebuild runs.
CREATE TABLE pending (
    position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL,
    id uuid NOT NULL,
    requested_at timestamptz NOT NULL DEFAULT now(),
    next_at timestamptz NOT NULL DEFAULT now(),
    attempts integer NOT NULL DEFAULT 0,
    applied_at timestamptz,
    error text NOT NULL DEFAULT ''
);
CREATE INDEX pending_due ON pending (position) WHERE applied_at IS NULL;

-- Kinds that are wholly in the index; a new plugin's kinds are not yet.
CREATE TABLE indexed_kind (
    kind text PRIMARY KEY
);

-- The one rebuild that is asked for, running, or was the last.
CREATE TABLE rebuild (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    requested_at timestamptz,
    started_at timestamptz,
    finished_at timestamptz,
    kind text NOT NULL DEFAULT '',
    done integer NOT NULL DEFAULT 0,
    total integer NOT NULL DEFAULT 0,
    documents integer NOT NULL DEFAULT 0,
    error text NOT NULL DEFAULT ''
);
INSERT INTO rebuild DEFAULT VALUES;
