-- How far each topic has counted. Its row is locked from the end of a write until the commit, so that commits and
-- sequences have one order. It is never deleted: a sequence that started again would look like an old one.
CREATE TABLE position (
    topic text NOT NULL,
    key text NOT NULL,
    sequence bigint NOT NULL,
    PRIMARY KEY (topic, key)
) WITH (fillfactor = 50);

-- What was said in the last minutes, for whoever was away for a moment, and for what is too large for NOTIFY.
-- Unlogged, because losing it costs nothing but a second reading: after a crash of the server every client is told so.
CREATE UNLOGGED TABLE message (
    topic text NOT NULL,
    key text NOT NULL,
    sequence bigint NOT NULL,
    data text NOT NULL,
    said_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (topic, key, sequence)
);
