-- What people were told. The key makes telling idempotent.
CREATE TABLE notice (
    id uuid PRIMARY KEY,
    plugin text NOT NULL,
    kind text NOT NULL,
    key text NOT NULL,
    recipient_id uuid NOT NULL,
    title text NOT NULL,
    body text NOT NULL,
    url text NOT NULL,
    subject_kind text NOT NULL DEFAULT '',
    subject_id uuid,
    created_at timestamptz NOT NULL,
    read_at timestamptz,
    UNIQUE (recipient_id, kind, key)
);
CREATE INDEX notice_unread ON notice (recipient_id) WHERE read_at IS NULL;
CREATE INDEX notice_newest ON notice (recipient_id, created_at DESC, id DESC);

-- The ledger of what leaves the house: one row per notice and channel.
CREATE TABLE delivery (
    id uuid PRIMARY KEY,
    notice_id uuid NOT NULL REFERENCES notice ON DELETE CASCADE,
    channel text NOT NULL,
    kind text NOT NULL,
    recipient_id uuid NOT NULL,
    title text NOT NULL,
    body text NOT NULL,
    locale text NOT NULL,
    urgent boolean NOT NULL,
    state text NOT NULL CHECK (state IN ('queued', 'sent', 'failed', 'dead', 'skipped')),
    attempts integer NOT NULL DEFAULT 0,
    next_at timestamptz NOT NULL DEFAULT now(),
    error text NOT NULL DEFAULT '',
    message_id text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL,
    finished_at timestamptz,
    UNIQUE (notice_id, channel)
);
CREATE INDEX delivery_due ON delivery (next_at) WHERE state IN ('queued', 'failed');
CREATE INDEX delivery_newest ON delivery (created_at DESC, id DESC);
CREATE INDEX delivery_state ON delivery (state, created_at DESC);

-- What a person wants: a row only where it differs from the default (on).
CREATE TABLE preference (
    account_id uuid NOT NULL,
    kind text NOT NULL,
    channel text NOT NULL,
    enabled boolean NOT NULL,
    PRIMARY KEY (account_id, kind, channel)
);
CREATE TABLE quiet_hours (
    account_id uuid PRIMARY KEY,
    starts time NOT NULL,
    ends time NOT NULL
);

-- What people must do.
CREATE TABLE todo (
    id uuid PRIMARY KEY,
    plugin text NOT NULL,
    kind text NOT NULL,
    subject_kind text NOT NULL,
    subject_id uuid NOT NULL,
    assignee_id uuid NOT NULL,
    title text NOT NULL,
    url text NOT NULL,
    due date,
    urged integer NOT NULL DEFAULT 0,
    opened_at timestamptz NOT NULL,
    closed_at timestamptz
);
CREATE UNIQUE INDEX todo_open_once ON todo (kind, subject_kind, subject_id, assignee_id) WHERE closed_at IS NULL;
CREATE INDEX todo_mine ON todo (assignee_id, due) WHERE closed_at IS NULL;
CREATE INDEX todo_due ON todo (kind, due) WHERE closed_at IS NULL;
CREATE INDEX todo_subject ON todo (subject_kind, subject_id);
