CREATE TABLE thing (id uuid PRIMARY KEY, organisation_id uuid NOT NULL, name text NOT NULL, amount bigint NOT NULL);
CREATE INDEX thing_by_name ON thing (name);
