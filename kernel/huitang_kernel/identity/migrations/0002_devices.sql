-- Devices: terminals, screens and readers, each bound to a place, with a role of its own.

-- Of a code only a keyed digest is kept, of a token only the SHA-256: whoever reads this table can use neither.
CREATE TABLE device (
    id uuid PRIMARY KEY,
    plugin text NOT NULL,
    name text NOT NULL CHECK (btrim(name) <> ''),
    place text NOT NULL DEFAULT '',
    role text NOT NULL,
    reach text NOT NULL CHECK (reach IN ('own', 'unit', 'below', 'all')),
    organisation_id uuid NOT NULL REFERENCES organisation,
    invited_at timestamptz NOT NULL,
    code_digest bytea UNIQUE,
    code_expires_at timestamptz,
    token_sha256 bytea UNIQUE,
    enrolled_at timestamptz,
    seen_at timestamptz,
    revoked_at timestamptz,
    revoked_reason text NOT NULL DEFAULT '',
    CHECK ((token_sha256 IS NULL) = (enrolled_at IS NULL OR revoked_at IS NOT NULL))
);
CREATE INDEX device_plugin ON device (plugin, place);
CREATE INDEX device_organisation ON device (organisation_id);
CREATE INDEX device_code_expires ON device (code_expires_at) WHERE code_digest IS NOT NULL;
