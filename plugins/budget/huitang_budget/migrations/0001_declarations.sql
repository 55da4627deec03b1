-- Declarations as they were imported, what the rules found in them, and the work on both.

CREATE TABLE declaration (
    id uuid PRIMARY KEY,
    organisation_id uuid NOT NULL,
    unit text NOT NULL,
    project text NOT NULL,
    year integer,
    total_fen bigint,
    current_year_fen bigint,
    previous_year_fen bigint,
    previous_executed_fen bigint,
    status text NOT NULL CHECK (status IN ('imported', 'assigned', 'in_review', 'reviewed')),
    conclusion text NOT NULL CHECK (conclusion IN ('', 'pass', 'revise', 'reject')),
    opinion text NOT NULL,
    assignee_id uuid,
    due date,
    file_id uuid NOT NULL,
    file_name text NOT NULL,
    form integer NOT NULL,
    fingerprint text NOT NULL,
    content text NOT NULL,
    compared text NOT NULL,
    version integer NOT NULL,
    checked_on date NOT NULL,
    imported_at timestamptz NOT NULL,
    imported_by uuid,
    reviewed_at timestamptz,
    reviewed_by uuid,
    updated_at timestamptz NOT NULL,
    CONSTRAINT declaration_content UNIQUE (organisation_id, fingerprint)
);
COMMENT ON COLUMN declaration.content IS 'the whole form as JSON of declarations.model.Declaration';
COMMENT ON COLUMN declaration.compared IS 'the same without places and without what no rule compares: what a review of other forms loads';
CREATE INDEX declaration_year ON declaration (year, organisation_id);
CREATE INDEX declaration_organisation ON declaration (organisation_id, imported_at DESC);
CREATE INDEX declaration_imported ON declaration (imported_at DESC, id DESC);
CREATE INDEX declaration_fingerprint ON declaration (fingerprint);
CREATE INDEX declaration_assignee ON declaration (assignee_id, due) WHERE status IN ('assigned', 'in_review');

-- Every finding of every rule; a decision on it survives as long as the rules find the same again (same key).
CREATE TABLE finding (
    id uuid PRIMARY KEY,
    declaration_id uuid NOT NULL REFERENCES declaration ON DELETE CASCADE,
    key text NOT NULL,
    position integer NOT NULL,
    rule text NOT NULL,
    criterion text NOT NULL,
    severity text NOT NULL CHECK (severity IN ('high', 'medium', 'low', 'info')),
    field text NOT NULL,
    quote text NOT NULL,
    message text NOT NULL,
    place text NOT NULL,
    related_ids uuid[] NOT NULL,
    compared_units uuid[] NOT NULL,
    state text NOT NULL CHECK (state IN ('open', 'accepted', 'dismissed')),
    reason text NOT NULL,
    decided_by uuid,
    decided_at timestamptz,
    version integer NOT NULL,
    CONSTRAINT finding_key UNIQUE (declaration_id, key)
);
COMMENT ON COLUMN finding.place IS 'where the quote stands in the file, in words';
COMMENT ON COLUMN finding.related_ids IS 'declarations it compares with: shown only to readers whose scope has all of them';
COMMENT ON COLUMN finding.compared_units IS 'organisations whose declarations it sums up: shown only to readers whose scope has all of them';
CREATE INDEX finding_of ON finding (declaration_id, position);
CREATE INDEX finding_related ON finding USING gin (related_ids);

CREATE TABLE not_computed (
    declaration_id uuid NOT NULL REFERENCES declaration ON DELETE CASCADE,
    rule text NOT NULL,
    reason text NOT NULL,
    id uuid PRIMARY KEY
);
CREATE INDEX not_computed_of ON not_computed (declaration_id);

-- What happened to a declaration, for its timeline; the audit log says the same with more, to fewer people.
CREATE TABLE history (
    id uuid PRIMARY KEY,
    declaration_id uuid NOT NULL REFERENCES declaration ON DELETE CASCADE,
    at timestamptz NOT NULL,
    actor_id uuid,
    actor_name text NOT NULL,
    action text NOT NULL,
    detail text NOT NULL,
    reason text NOT NULL
);
CREATE INDEX history_of ON history (declaration_id, id DESC);

-- The operator's own Word template of the opinion; no row means the one of the package.
CREATE TABLE opinion_template (
    id uuid PRIMARY KEY,
    file_id uuid NOT NULL,
    file_name text NOT NULL,
    file_version integer NOT NULL,
    is_current boolean NOT NULL,
    uploaded_by uuid,
    uploaded_name text NOT NULL,
    uploaded_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX opinion_template_current ON opinion_template (is_current) WHERE is_current;

-- Which reminder went out for which due date: one each, however often the job runs.
CREATE TABLE reminder (
    id uuid PRIMARY KEY,
    declaration_id uuid NOT NULL REFERENCES declaration ON DELETE CASCADE,
    assignee_id uuid NOT NULL,
    due date NOT NULL,
    days_left integer NOT NULL,
    sent_at timestamptz NOT NULL,
    CONSTRAINT reminder_once UNIQUE (declaration_id, assignee_id, due, days_left)
);
