-- When each plugin was last seen running on any node: what the console shows of a broken one.
CREATE TABLE plugin_seen (
    plugin text PRIMARY KEY,
    version text NOT NULL,
    good_at timestamptz NOT NULL
);
