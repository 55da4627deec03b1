-- Where the things of all plugins stand, until when, and what happened to them.

CREATE TABLE process (
    id uuid PRIMARY KEY,
    workflow text NOT NULL,
    subject_id uuid NOT NULL,
    organisation_id uuid NOT NULL,
    state text NOT NULL,
    assignee_id uuid,
    starter_id uuid,
    version integer NOT NULL,
    started_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    finished_at timestamptz,
    CONSTRAINT process_subject UNIQUE (subject_id, workflow)
);
COMMENT ON COLUMN process.workflow IS 'the id of the workflow, which is the kind of its subjects';
CREATE INDEX process_state ON process (workflow, state) WHERE finished_at IS NULL;

-- The mark that comes next is a column of its own: what is due on a day is found by index, however many there are.
CREATE TABLE deadline (
    process_id uuid NOT NULL REFERENCES process ON DELETE CASCADE,
    name text NOT NULL,
    starts date NOT NULL,
    workflow text NOT NULL,
    article text NOT NULL,
    first_due date NOT NULL,
    due date NOT NULL,
    paused_on date,
    paused_days integer NOT NULL,
    extended integer NOT NULL,
    done_on date,
    reached integer,
    next_on date,
    PRIMARY KEY (process_id, name, starts)
);
COMMENT ON COLUMN deadline.reached IS 'days from the due date to the last mark that was seen to';
CREATE INDEX deadline_next ON deadline (workflow, next_on) WHERE next_on IS NOT NULL;
CREATE INDEX deadline_due ON deadline (workflow, due) WHERE done_on IS NULL AND paused_on IS NULL;

CREATE TABLE history (
    id uuid PRIMARY KEY,
    process_id uuid NOT NULL REFERENCES process ON DELETE CASCADE,
    at timestamptz NOT NULL,
    actor_id uuid,
    actor_name text NOT NULL,
    action text NOT NULL,
    transition text NOT NULL,
    before text NOT NULL,
    state text NOT NULL,
    note text NOT NULL,
    detail jsonb NOT NULL
);
CREATE INDEX history_of ON history (process_id, id DESC);

CREATE TABLE extension (
    id uuid PRIMARY KEY,
    process_id uuid NOT NULL REFERENCES process ON DELETE CASCADE,
    deadline text NOT NULL,
    starts date NOT NULL,
    days integer NOT NULL,
    reason text NOT NULL,
    asked_by uuid,
    asked_at timestamptz NOT NULL,
    granted boolean,
    decided_by uuid,
    decided_at timestamptz,
    note text NOT NULL
);
CREATE INDEX extension_of ON extension (process_id, id DESC);

-- The days of the marks as they were when next_on was last counted.
CREATE TABLE marks (
    workflow text NOT NULL,
    deadline text NOT NULL,
    days integer[] NOT NULL,
    PRIMARY KEY (workflow, deadline)
);

-- For migrations of plugins whose own tables held such things before: their rows are handed over with these.
CREATE FUNCTION adopt_process(
    of_workflow text, subject uuid, organisation uuid, in_state text, assignee uuid, starter uuid,
    started timestamptz, changed timestamptz, finished timestamptz
) RETURNS uuid LANGUAGE sql AS $$
    INSERT INTO workflow.process (id, workflow, subject_id, organisation_id, state, assignee_id, starter_id, version,
        started_at, changed_at, finished_at)
    VALUES (gen_random_uuid(), of_workflow, subject, organisation, in_state, assignee, starter, 1, started, changed, finished)
    ON CONFLICT ON CONSTRAINT process_subject DO NOTHING RETURNING id
$$;
COMMENT ON FUNCTION adopt_process IS 'a row of a plugin becomes a process; nothing when it is one already';

CREATE FUNCTION adopt_deadline(
    of_workflow text, subject uuid, deadline text, starts_on date, due_on date, done date, reached_days integer
) RETURNS void LANGUAGE sql AS $$
    INSERT INTO workflow.deadline (process_id, name, starts, workflow, article, first_due, due, paused_days, extended,
        done_on, reached, next_on)
    SELECT p.id, deadline, starts_on, of_workflow, '', due_on, due_on, 0, 0, done, reached_days, NULL
    FROM workflow.process p WHERE p.workflow = of_workflow AND p.subject_id = subject
    ON CONFLICT DO NOTHING
$$;
COMMENT ON FUNCTION adopt_deadline IS 'a due date of a plugin becomes a deadline; its next mark is counted when marks are';

CREATE FUNCTION adopt_history(
    line uuid, of_workflow text, subject uuid, happened timestamptz, actor uuid, actor_called text, fact text,
    words text, facts jsonb
) RETURNS void LANGUAGE sql AS $$
    INSERT INTO workflow.history (id, process_id, at, actor_id, actor_name, action, transition, before, state, note, detail)
    SELECT line, p.id, happened, actor, actor_called, fact, '', '', '', words, facts
    FROM workflow.process p WHERE p.workflow = of_workflow AND p.subject_id = subject
    ON CONFLICT DO NOTHING
$$;
COMMENT ON FUNCTION adopt_history IS 'a line of a plugin''s own timeline becomes one of the history, under the same id';
