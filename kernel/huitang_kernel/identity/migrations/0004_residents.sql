-- Residents: people of the public, who sign in with a code sent to their phone. They are no accounts and hold nothing.

-- Numbers are sealed, and found by their blind index.
CREATE TABLE resident (
    id uuid PRIMARY KEY,
    phone bytea NOT NULL,
    phone_index bytea NOT NULL,
    locale text NOT NULL DEFAULT 'zh-CN' CHECK (locale IN ('zh-CN', 'en')),
    created_at timestamptz NOT NULL,
    signed_in_at timestamptz NOT NULL
);
CREATE INDEX resident_phone ON resident (phone_index);

-- Of a token only the SHA-256 is kept. No address: who wrote from where is nobody's business.
CREATE TABLE resident_session (
    id uuid PRIMARY KEY,
    token_sha256 bytea NOT NULL UNIQUE,
    resident_id uuid NOT NULL REFERENCES resident ON DELETE CASCADE,
    is_kept boolean NOT NULL,
    created_at timestamptz NOT NULL,
    last_seen_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    user_agent text NOT NULL DEFAULT ''
);
CREATE INDEX resident_session_resident ON resident_session (resident_id);
CREATE INDEX resident_session_expires ON resident_session (expires_at);

-- A code that was asked for: good in the browser that asked (which holds a token), for a few minutes and a few tries.
-- `resident_id` is set when a resident who is signed in wants another number.
CREATE TABLE resident_code (
    id uuid PRIMARY KEY,
    token_sha256 bytea NOT NULL UNIQUE,
    code_digest bytea NOT NULL,
    phone bytea NOT NULL,
    resident_id uuid REFERENCES resident ON DELETE CASCADE,
    next text NOT NULL DEFAULT '/',
    tries integer NOT NULL DEFAULT 0,
    asked_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX resident_code_expires ON resident_code (expires_at);
