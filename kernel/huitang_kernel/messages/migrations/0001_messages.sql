-- The ledger: one row for each message and channel. Recipient and text are sealed; `told_once` is a keyed hash of kind,
-- key, channel and address, so that nobody is told twice, and says nothing to whoever reads the table.
CREATE TABLE message (
    id uuid PRIMARY KEY,
    plugin text NOT NULL,
    kind text NOT NULL,
    channel text NOT NULL,
    told_once bytea NOT NULL UNIQUE,
    recipient bytea,
    recipient_index bytea,
    text bytea,
    words_version integer NOT NULL,
    locale text NOT NULL,
    subject_kind text NOT NULL DEFAULT '',
    subject_id uuid,
    urgent boolean NOT NULL,
    state text NOT NULL
        CHECK (state IN ('queued', 'sending', 'accepted', 'delivered', 'failed', 'dead', 'skipped')),
    reason text NOT NULL DEFAULT '',
    code text NOT NULL DEFAULT '',
    round integer NOT NULL DEFAULT 1,
    attempts integer NOT NULL DEFAULT 0,
    next_at timestamptz NOT NULL,
    expires_at timestamptz,
    -- Since when it is possible that the gateway has it although nobody knows.
    unsure_since timestamptz,
    gateway_id text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL
);
CREATE INDEX message_due ON message (channel, urgent DESC, next_at) WHERE state IN ('queued', 'sending', 'failed');
CREATE INDEX message_newest ON message (created_at DESC, id DESC);
CREATE INDEX message_state ON message (state, created_at DESC);
CREATE INDEX message_recipient ON message (recipient_index);
CREATE INDEX message_subject ON message (subject_kind, subject_id);
CREATE INDEX message_gateway ON message (channel, gateway_id) WHERE gateway_id <> '';
CREATE INDEX message_kept ON message (changed_at) WHERE text IS NOT NULL;

-- What gateways reported, each fact once; a report may come before we know the gateway's own id of the message.
CREATE TABLE receipt (
    channel text NOT NULL,
    gateway_id text NOT NULL,
    reference text NOT NULL,
    status text NOT NULL CHECK (status IN ('delivered', 'undelivered')),
    code text NOT NULL,
    at timestamptz NOT NULL,
    heard_at timestamptz NOT NULL,
    PRIMARY KEY (channel, gateway_id, reference, status)
);
CREATE INDEX receipt_heard ON receipt (heard_at);

-- What people wrote to us.
CREATE TABLE incoming (
    id uuid PRIMARY KEY,
    channel text NOT NULL,
    gateway_id text NOT NULL,
    sender bytea,
    sender_index bytea,
    text bytea,
    at timestamptz NOT NULL,
    heard_at timestamptz NOT NULL,
    UNIQUE (channel, gateway_id)
);
CREATE INDEX incoming_newest ON incoming (heard_at DESC);

-- Words that operators put into the place of a plugin's own. No current row: the plugin's own are used.
CREATE TABLE words (
    id uuid PRIMARY KEY,
    kind text NOT NULL,
    channel text NOT NULL,
    locale text NOT NULL,
    version integer NOT NULL CHECK (version > 0),
    words text NOT NULL,
    is_current boolean NOT NULL,
    edited_by uuid,
    edited_name text NOT NULL,
    edited_at timestamptz NOT NULL,
    UNIQUE (kind, channel, locale, version)
);
CREATE UNIQUE INDEX words_current ON words (kind, channel, locale) WHERE is_current;

-- What operators decided for a kind; no row: as the plugin declares it.
CREATE TABLE rule (
    kind text PRIMARY KEY,
    once text CHECK (once IN ('at-least-once', 'at-most-once')),
    closed text[] NOT NULL DEFAULT '{}',
    wechat_template text NOT NULL DEFAULT ''
);
