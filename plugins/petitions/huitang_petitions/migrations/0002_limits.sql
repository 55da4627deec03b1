-- From when on a limit that runs is yellow and red, so that a new day asks no clock; and the rule profiles of offices.

ALTER TABLE deadline
    ADD COLUMN duty boolean NOT NULL,
    ADD COLUMN yellow_on date,
    ADD COLUMN red_on date;
COMMENT ON COLUMN deadline.duty IS 'a duty can be late; a right of the petitioner only expires';

-- An office's own rule profile, or the choice of a shipped one; offices below without one use that of the office above.
CREATE TABLE rule_profile (
    id uuid PRIMARY KEY,
    organisation_id uuid NOT NULL,
    valid_from date NOT NULL,
    profile text NOT NULL,
    content text NOT NULL,
    changed_at timestamptz NOT NULL,
    changed_by uuid,
    UNIQUE (organisation_id, valid_from)
);
COMMENT ON COLUMN rule_profile.valid_from IS 'for matters received from this day on';
COMMENT ON COLUMN rule_profile.content IS 'the profile as TOML; empty: the shipped one of this id';

CREATE INDEX deadline_unknown ON deadline (matter_id) WHERE state = 'unknown';
