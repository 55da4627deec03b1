-- Words put up for publication: somebody other than who wrote them has to look before everybody reads them.

CREATE TABLE publication_draft (
    id uuid PRIMARY KEY,
    matter_id uuid NOT NULL UNIQUE REFERENCES matter,
    summary text NOT NULL,
    drafted_by uuid,
    drafted_at timestamptz NOT NULL
);
