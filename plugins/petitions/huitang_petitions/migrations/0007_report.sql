-- Reports on the situation by month and year: what an analyst is writing, and what was issued with the rows behind each figure.

CREATE TABLE report_draft (
    id uuid PRIMARY KEY,
    account_id uuid NOT NULL,
    period text NOT NULL,
    words bytea NOT NULL,
    updated_at timestamptz NOT NULL,
    UNIQUE (account_id, period)
);
COMMENT ON TABLE report_draft IS 'words of one person for one report, not yet issued; nobody else reads them';
COMMENT ON COLUMN report_draft.period IS '"2026-10" or "2026"';
COMMENT ON COLUMN report_draft.words IS 'JSON; sealed: it may name people';

CREATE TABLE report (
    id uuid PRIMARY KEY,
    organisation_id uuid NOT NULL,
    period text NOT NULL,
    content bytea NOT NULL,
    report_file uuid NOT NULL,
    topics_file uuid NOT NULL,
    report_sha256 text NOT NULL,
    topics_sha256 text NOT NULL,
    issued_at timestamptz NOT NULL,
    issued_by uuid NOT NULL
);
COMMENT ON COLUMN report.content IS 'figures, topics and words as they were issued, JSON; sealed';
CREATE INDEX report_period ON report (period, issued_at DESC);

CREATE TABLE report_row (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    report_id uuid NOT NULL REFERENCES report,
    span text NOT NULL CHECK (span IN ('now', 'before', 'year_before')),
    matter_id uuid NOT NULL REFERENCES matter,
    people integer NOT NULL,
    marks text[] NOT NULL,
    UNIQUE (report_id, span, matter_id)
);
COMMENT ON TABLE report_row IS 'the matters behind the figures of an issued report, as they counted then';
COMMENT ON COLUMN report_row.marks IS 'what the matter counts as: a figure counts the rows that carry its mark';

CREATE INDEX event_span ON event USING brin (at);
COMMENT ON INDEX event_span IS 'what happened in a month or a year; events come in the order of time';
