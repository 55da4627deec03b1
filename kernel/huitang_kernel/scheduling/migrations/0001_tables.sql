-- The ledger of runs: (job, due, key) happens once in the whole cluster; key is empty for a cron job's own times.
CREATE TABLE run (
    id uuid PRIMARY KEY,
    plugin text NOT NULL,
    job text NOT NULL,
    cause text NOT NULL CHECK (cause IN ('cron', 'dated', 'asked')),
    key text NOT NULL DEFAULT '',
    due timestamptz NOT NULL,
    payload jsonb NOT NULL DEFAULT '{}',
    state text NOT NULL CHECK (state IN ('due', 'requested', 'running', 'done', 'failed', 'missed', 'skipped')),
    attempts integer NOT NULL DEFAULT 0,
    next_at timestamptz NOT NULL DEFAULT now(),
    started_at timestamptz,
    finished_at timestamptz,
    heartbeat_at timestamptz,
    node text NOT NULL DEFAULT '',
    asked_by uuid,
    asked_name text NOT NULL DEFAULT '',
    result text NOT NULL DEFAULT '',
    error text NOT NULL DEFAULT '',
    UNIQUE (job, due, key)
);
CREATE UNIQUE INDEX run_one_at_a_time ON run (job) WHERE state = 'running';
CREATE INDEX run_waiting ON run (next_at) WHERE state IN ('due', 'requested');
CREATE INDEX run_history ON run (job, due DESC);

-- Work at a date, created by plugins at run time; becomes a run when its time has come.
CREATE TABLE dated_task (
    id uuid PRIMARY KEY,
    plugin text NOT NULL,
    job text NOT NULL,
    key text NOT NULL,
    due timestamptz NOT NULL,
    payload jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (job, key)
);
CREATE INDEX dated_task_due ON dated_task (due);

-- Since when a job is known with this crontab line: times before are not missed times.
CREATE TABLE known_job (
    job text PRIMARY KEY,
    cron text NOT NULL,
    since timestamptz NOT NULL
);

-- Who leads, and that it is alive.
CREATE TABLE leader (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    node text NOT NULL,
    since timestamptz NOT NULL DEFAULT now(),
    heartbeat_at timestamptz NOT NULL DEFAULT now()
);
