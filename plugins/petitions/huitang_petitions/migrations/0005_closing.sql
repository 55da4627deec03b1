-- What comes after the answer: ratings of both offices, follow-up visits, publication. What people said is sealed.

CREATE TABLE rating (
    id uuid PRIMARY KEY,
    matter_id uuid NOT NULL REFERENCES matter,
    round integer NOT NULL,
    office text NOT NULL CHECK (office IN ('office', 'unit')),
    body_id uuid NOT NULL,
    grade text NOT NULL,
    comment bytea NOT NULL,
    channel text NOT NULL CHECK (channel IN ('web', 'phone', 'desk')),
    own boolean NOT NULL,
    at timestamptz NOT NULL,
    entered_by uuid,
    changed_at timestamptz,
    changed_by uuid,
    corrected boolean NOT NULL,
    invalid_at timestamptz,
    invalid_by uuid,
    invalid_reason bytea NOT NULL
);
COMMENT ON COLUMN rating.round IS '1, and one more each time the matter was opened again';
COMMENT ON COLUMN rating.body_id IS 'the organisation that is rated';
COMMENT ON COLUMN rating.own IS 'given or changed by the petitioner with the code: staff cannot write over it';
COMMENT ON COLUMN rating.corrected IS 'staff wrote down another grade than the one that stands: an error of collection';
CREATE UNIQUE INDEX rating_once ON rating (matter_id, round, office) WHERE invalid_at IS NULL;
CREATE INDEX rating_matter ON rating (matter_id);
CREATE INDEX rating_at ON rating (at);

CREATE TABLE visit (
    id uuid PRIMARY KEY,
    matter_id uuid NOT NULL REFERENCES matter,
    round integer NOT NULL,
    cause text NOT NULL CHECK (cause IN ('urgent', 'late', 'bad', 'joint', 'sample')),
    opened_at timestamptz NOT NULL,
    due date NOT NULL,
    told uuid[] NOT NULL,
    tries integer NOT NULL,
    done_at timestamptz,
    done_by uuid,
    reached boolean,
    satisfied boolean,
    reopened boolean NOT NULL,
    note bytea NOT NULL,
    UNIQUE (matter_id, round, cause)
);
CREATE UNIQUE INDEX visit_open ON visit (matter_id) WHERE done_at IS NULL;
CREATE INDEX visit_due ON visit (due) WHERE done_at IS NULL;

-- What ended lately, for drawing visits.
CREATE INDEX event_end ON event (at, matter_id)
    WHERE kind IN ('answered', 'settled', 'review_answered', 'recheck_answered', 'refused', 'closed');

CREATE TABLE publication (
    id uuid PRIMARY KEY,
    matter_id uuid NOT NULL UNIQUE REFERENCES matter,
    summary text NOT NULL,
    published_at timestamptz NOT NULL,
    published_by uuid,
    withdrawn_at timestamptz,
    withdrawn_by uuid,
    version integer NOT NULL
);
COMMENT ON COLUMN publication.summary IS 'public words of the office; refused when they name a person of the matter';
CREATE INDEX publication_published ON publication (published_at DESC) WHERE withdrawn_at IS NULL;
