-- Keys of personal data, each wrapped with a key that is derived from the master key, and how far tables have come.

CREATE TABLE key (
    id integer PRIMARY KEY CHECK (id BETWEEN 1 AND 65535),
    wrapped bytea NOT NULL,
    made_at timestamptz NOT NULL DEFAULT now(),
    used_from timestamptz -- NULL: every process is to know it before the first one seals with it
);

-- Every row of a table is sealed with the key `complete` or a newer one. The rest is where its re-sealing stands.
CREATE TABLE sealed_table (
    name text PRIMARY KEY,
    complete integer NOT NULL,
    target integer,
    reached uuid,
    done bigint NOT NULL DEFAULT 0,
    total bigint NOT NULL DEFAULT 0,
    broken bigint NOT NULL DEFAULT 0,
    changed_at timestamptz NOT NULL DEFAULT now()
);
