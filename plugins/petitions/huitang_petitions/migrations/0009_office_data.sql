-- Files of rules and outlines that an office keeps in place of those that come with the plugin. Every version stays: what was
-- judged by it can be explained later.

CREATE TABLE office_data (
    id uuid PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('districts', 'categories', 'remits', 'handlers')),
    version integer NOT NULL CHECK (version >= 1),
    content text NOT NULL,
    changed_at timestamptz NOT NULL,
    changed_by uuid,
    UNIQUE (kind, version)
);
COMMENT ON COLUMN office_data.content IS 'TOML or GeoJSON; empty: what comes with the plugin holds again';
