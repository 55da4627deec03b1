-- What the kernel itself keeps: which plugins are on, what happened (audit), and what is still to be told (outbox).

CREATE TABLE plugin (
    id text PRIMARY KEY,
    version text NOT NULL,
    enabled boolean NOT NULL DEFAULT true,
    changed_at timestamptz NOT NULL DEFAULT now(),
    changed_by uuid
);

CREATE TABLE audit_record (
    id uuid PRIMARY KEY,
    at timestamptz NOT NULL,
    action text NOT NULL,
    actor_id uuid,
    actor_name text NOT NULL,
    subject text NOT NULL,
    detail jsonb NOT NULL,
    reason text NOT NULL,
    request_id text NOT NULL,
    address text NOT NULL,
    sequence bigint UNIQUE,
    hash bytea
);
CREATE INDEX audit_record_unsealed ON audit_record (id) WHERE sequence IS NULL;
CREATE INDEX audit_record_at ON audit_record (at DESC);
CREATE INDEX audit_record_subject ON audit_record (subject, at DESC);
CREATE INDEX audit_record_actor ON audit_record (actor_id, at DESC);

-- Append-only: a record may be sealed once, and nothing else may ever happen to it.
CREATE FUNCTION audit_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.sequence IS NULL AND NEW.sequence IS NOT NULL
       AND (to_jsonb(NEW) - 'sequence' - 'hash') = (to_jsonb(OLD) - 'sequence' - 'hash') THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the audit log is append-only';
END $$;
CREATE TRIGGER audit_guard BEFORE UPDATE OR DELETE ON audit_record FOR EACH ROW EXECUTE FUNCTION audit_guard();
CREATE FUNCTION audit_no_truncate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit log is append-only';
END $$;
CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit_record EXECUTE FUNCTION audit_no_truncate();

-- The end of the chain, authenticated with a key outside the database: a shortened log is noticed.
CREATE TABLE audit_head (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    sequence bigint NOT NULL,
    hash bytea NOT NULL,
    mac bytea NOT NULL
);

CREATE TABLE outbox (
    id uuid PRIMARY KEY,
    position bigint GENERATED ALWAYS AS IDENTITY,
    at timestamptz NOT NULL DEFAULT now(),
    name text NOT NULL,
    payload jsonb NOT NULL,
    actor_id uuid,
    fanned_out_at timestamptz
);
CREATE INDEX outbox_waiting ON outbox (position) WHERE fanned_out_at IS NULL;

CREATE TABLE outbox_delivery (
    event_id uuid NOT NULL REFERENCES outbox ON DELETE CASCADE,
    consumer text NOT NULL,
    plugin text NOT NULL,
    position bigint NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    next_at timestamptz NOT NULL DEFAULT now(),
    done_at timestamptz,
    dead_at timestamptz,
    error text NOT NULL DEFAULT '',
    PRIMARY KEY (event_id, consumer)
);
CREATE INDEX outbox_delivery_due ON outbox_delivery (next_at, position) WHERE done_at IS NULL AND dead_at IS NULL;
