-- Letters from before a resident's present time with the number, whose code the resident has typed since.

CREATE TABLE proven (
    id uuid PRIMARY KEY,
    resident_id uuid NOT NULL,
    matter_id uuid NOT NULL REFERENCES matter,
    proven_at timestamptz NOT NULL,
    UNIQUE (resident_id, matter_id)
);
