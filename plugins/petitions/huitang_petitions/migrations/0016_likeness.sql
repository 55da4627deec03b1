-- Which earlier letter a new one probably repeats, as it was compared when it came in: ids and numbers, no words.
-- Letters that are in the register already count as compared.

CREATE TABLE likeness (
    matter_id uuid PRIMARY KEY REFERENCES matter,
    like_id uuid NOT NULL REFERENCES matter,
    score real NOT NULL,
    relation text NOT NULL,
    compared_at timestamptz NOT NULL
);
COMMENT ON COLUMN likeness.like_id IS 'the likest of those that came before';
COMMENT ON COLUMN likeness.relation IS 'repeat, duplicate, joint or unknown';
CREATE INDEX likeness_like ON likeness (like_id);

ALTER TABLE feature ADD COLUMN compared boolean NOT NULL DEFAULT true;
ALTER TABLE feature ALTER COLUMN compared SET DEFAULT false;
CREATE INDEX feature_to_compare ON feature (sequence) WHERE NOT compared;
