-- Files are rows, their bytes are blobs in a store, named by their SHA-256 and shared by all files with the same content.

CREATE TABLE blob (
    sha256 text PRIMARY KEY CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    size bigint NOT NULL CHECK (size >= 0),
    created_at timestamptz NOT NULL,
    verified_at timestamptz,
    fault text NOT NULL DEFAULT ''
);

CREATE TABLE file (
    id uuid PRIMARY KEY,
    plugin text NOT NULL,
    version integer NOT NULL CHECK (version > 0)
);
CREATE INDEX file_plugin ON file (plugin);

CREATE TABLE file_version (
    file_id uuid NOT NULL REFERENCES file ON DELETE CASCADE,
    version integer NOT NULL CHECK (version > 0),
    name text NOT NULL,
    media_type text NOT NULL,
    size bigint NOT NULL,
    sha256 text NOT NULL REFERENCES blob,
    created_at timestamptz NOT NULL,
    created_by uuid,
    PRIMARY KEY (file_id, version)
);
CREATE INDEX file_version_blob ON file_version (sha256);
CREATE INDEX file_version_size ON file_version (size DESC);

-- The text of a blob, read once: "read", or why there is none.
CREATE TABLE blob_text (
    sha256 text PRIMARY KEY REFERENCES blob ON DELETE CASCADE,
    state text NOT NULL CHECK (state IN ('read', 'unsupported', 'unreadable', 'too-large', 'timeout')),
    text text NOT NULL,
    reason text NOT NULL DEFAULT '',
    read_at timestamptz NOT NULL
);

-- What the two upkeep jobs found the last time they ran.
CREATE TABLE upkeep (
    task text PRIMARY KEY CHECK (task IN ('sweep', 'verify')),
    at timestamptz NOT NULL,
    ok boolean NOT NULL,
    detail jsonb NOT NULL
);
