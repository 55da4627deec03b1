-- What operators uploaded in the place of plugins' templates; the bytes are files. No current row: the plugin's own is used.

CREATE TABLE version (
    id uuid PRIMARY KEY,
    template text NOT NULL,
    version integer NOT NULL CHECK (version > 0),
    file_id uuid NOT NULL,
    file_name text NOT NULL,
    sha256 text NOT NULL,
    is_current boolean NOT NULL,
    uploaded_by uuid,
    uploaded_name text NOT NULL,
    uploaded_at timestamptz NOT NULL,
    UNIQUE (template, version)
);
CREATE UNIQUE INDEX version_current ON version (template) WHERE is_current;
