-- What is due is read in batches in this very order, so that a long backlog costs each batch no more than a short one.
DROP INDEX deadline_next;
CREATE INDEX deadline_next ON deadline (workflow, next_on, process_id) WHERE next_on IS NOT NULL;

-- Deadlines that a plugin hands over get their next mark the next time somebody looks, also when marks were known before.
CREATE OR REPLACE FUNCTION adopt_deadline(
    of_workflow text, subject uuid, deadline text, starts_on date, due_on date, done date, reached_days integer
) RETURNS void LANGUAGE sql AS $$
    DELETE FROM workflow.marks m WHERE m.workflow = of_workflow AND m.deadline = adopt_deadline.deadline;
    INSERT INTO workflow.deadline (process_id, name, starts, workflow, article, first_due, due, paused_days, extended,
        done_on, reached, next_on)
    SELECT p.id, adopt_deadline.deadline, starts_on, of_workflow, '', due_on, due_on, 0, 0, done, reached_days, NULL
    FROM workflow.process p WHERE p.workflow = of_workflow AND p.subject_id = subject
    ON CONFLICT DO NOTHING
$$;
