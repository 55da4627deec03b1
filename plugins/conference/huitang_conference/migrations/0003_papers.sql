-- The papers of meetings that were made and archived; the bytes are files, their SHA-256 is here and in the audit log.

CREATE TABLE paper (
    id uuid PRIMARY KEY,
    meeting_id uuid NOT NULL REFERENCES meeting ON DELETE CASCADE,
    kind text NOT NULL CHECK (kind IN ('result', 'election', 'attendance', 'speeches', 'minutes')),
    poll_id uuid REFERENCES poll ON DELETE CASCADE, -- of which vote, where the paper is of one
    ending text NOT NULL CHECK (ending IN ('.docx', '.pdf')),
    file_id uuid NOT NULL,
    file_name text NOT NULL,
    sha256 text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    template_version integer NOT NULL,        -- 0: the plugin's own template
    made_by uuid,
    made_name text NOT NULL,
    made_at timestamptz NOT NULL
);
CREATE INDEX paper_meeting ON paper (meeting_id, made_at);
