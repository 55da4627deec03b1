-- What taking matters in needs beside the register itself.

-- WeChat users are known by the OpenID of the official account.
ALTER TABLE petitioner ADD COLUMN open_id bytea NOT NULL DEFAULT '';
ALTER TABLE petitioner ADD COLUMN open_id_index bytea;
CREATE INDEX petitioner_open_id ON petitioner (open_id_index) WHERE open_id_index IS NOT NULL;

-- A form that is sent twice makes one matter: its code follows from the form's token, and code_hash is unique.
ALTER TABLE matter ADD COLUMN sent_digest bytea NOT NULL DEFAULT '';
COMMENT ON COLUMN matter.sent_digest IS 'keyed digest of what was sent, to tell a repeated form from one that was changed';

-- Codes that were replaced by new ones: a form that comes late must not make a second matter of the first.
CREATE TABLE spent_code (
    id uuid PRIMARY KEY,
    code_hash bytea NOT NULL UNIQUE,
    matter_id uuid NOT NULL REFERENCES matter,
    replaced_at timestamptz NOT NULL
);

CREATE INDEX paper_file ON paper (file_id);
