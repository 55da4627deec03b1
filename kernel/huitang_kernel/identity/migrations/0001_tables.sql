-- Organisations, people and their accounts, groups, sessions.

CREATE TABLE organisation (
    id uuid PRIMARY KEY,
    parent_id uuid REFERENCES organisation,
    position integer NOT NULL DEFAULT 0,
    code text NOT NULL DEFAULT '',
    name text NOT NULL CHECK (btrim(name) <> ''),
    created_at timestamptz NOT NULL DEFAULT now(),
    CHECK (parent_id <> id)
);
CREATE UNIQUE INDEX organisation_code ON organisation (code) WHERE code <> '';
CREATE UNIQUE INDEX organisation_name ON organisation (parent_id, name) NULLS NOT DISTINCT;

-- The phone number is sealed with a key outside the database.
CREATE TABLE account (
    id uuid PRIMARY KEY,
    username text NOT NULL CHECK (username ~ '^[^\s]+$'),
    name text NOT NULL CHECK (btrim(name) <> ''),
    email text NOT NULL DEFAULT '',
    phone_sealed bytea,
    locale text NOT NULL DEFAULT 'zh-CN' CHECK (locale IN ('zh-CN', 'en')),
    text_size integer NOT NULL DEFAULT 16 CHECK (text_size BETWEEN 16 AND 30),
    high_contrast boolean NOT NULL DEFAULT false,
    theme text NOT NULL DEFAULT 'light' CHECK (theme IN ('light', 'dark')),
    organisation_id uuid REFERENCES organisation,
    is_active boolean NOT NULL DEFAULT true,
    password text NOT NULL DEFAULT '',
    must_change_password boolean NOT NULL DEFAULT false,
    signed_in_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX account_username ON account (lower(username));
CREATE INDEX account_organisation ON account (organisation_id);
CREATE INDEX account_name ON account (name);

CREATE TABLE position (
    id uuid PRIMARY KEY,
    account_id uuid NOT NULL REFERENCES account ON DELETE CASCADE,
    organisation_id uuid NOT NULL REFERENCES organisation,
    title text NOT NULL CHECK (btrim(title) <> ''),
    is_main boolean NOT NULL DEFAULT true
);
CREATE UNIQUE INDEX position_main ON position (account_id) WHERE is_main;
CREATE INDEX position_account ON position (account_id);

CREATE TABLE account_group (
    id uuid PRIMARY KEY,
    name text NOT NULL UNIQUE CHECK (btrim(name) <> '')
);
CREATE TABLE account_group_member (
    group_id uuid NOT NULL REFERENCES account_group ON DELETE CASCADE,
    account_id uuid NOT NULL REFERENCES account ON DELETE CASCADE,
    PRIMARY KEY (group_id, account_id)
);
CREATE INDEX account_group_member_account ON account_group_member (account_id);

-- Only the SHA-256 of a session's token is kept: whoever reads this table cannot use it.
CREATE TABLE session (
    id uuid PRIMARY KEY,
    token_sha256 bytea NOT NULL UNIQUE,
    account_id uuid NOT NULL REFERENCES account ON DELETE CASCADE,
    created_at timestamptz NOT NULL,
    last_seen_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    address text NOT NULL DEFAULT '',
    user_agent text NOT NULL DEFAULT ''
);
CREATE INDEX session_account ON session (account_id);
CREATE INDEX session_expires ON session (expires_at);

-- Tries to sign in, by a keyed digest of the name that was typed (known or not, and people type passwords there).
CREATE TABLE sign_in_attempt (
    who bytea PRIMARY KEY,
    failures integer NOT NULL,
    last_at timestamptz NOT NULL,
    locked_until timestamptz,
    refused boolean NOT NULL DEFAULT false
);
CREATE INDEX sign_in_attempt_last ON sign_in_attempt (last_at);
