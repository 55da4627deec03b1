"""The SQL of the store."""

COLUMNS = """id, workflow, subject_id, organisation_id, state, assignee_id, starter_id, version, started_at, changed_at,
finished_at"""
LOAD = f"SELECT {COLUMNS} FROM workflow.process WHERE subject_id = ANY($1::uuid[]) AND workflow = $2"
LIMITS = """
SELECT process_id, name, starts, article, first_due, due, paused_on, paused_days, extended, done_on, reached
FROM workflow.deadline WHERE process_id = ANY($1::uuid[]) ORDER BY process_id, starts, name
"""
ADD = f"""
INSERT INTO workflow.process ({COLUMNS})
SELECT * FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::uuid[], $5::text[], $6::uuid[], $7::uuid[], $8::int[],
    $9::timestamptz[], $10::timestamptz[], $11::timestamptz[])
ON CONFLICT ON CONSTRAINT process_subject DO NOTHING RETURNING id
"""
SAVE = """
UPDATE workflow.process SET state = $3, assignee_id = $4, version = $5, changed_at = $6, finished_at = $7,
    organisation_id = $8
WHERE id = $1 AND version = $2 RETURNING id
"""
PUT_LIMITS = """
INSERT INTO workflow.deadline AS d (process_id, name, starts, workflow, article, first_due, due, paused_on, paused_days,
    extended, done_on, reached, next_on)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::date[], $4::text[], $5::text[], $6::date[], $7::date[], $8::date[],
    $9::int[], $10::int[], $11::date[], $12::int[], $13::date[])
ON CONFLICT (process_id, name, starts) DO UPDATE SET article = excluded.article, first_due = excluded.first_due,
    due = excluded.due, paused_on = excluded.paused_on, paused_days = excluded.paused_days,
    extended = excluded.extended, done_on = excluded.done_on, reached = excluded.reached, next_on = excluded.next_on
"""
DROP_LIMITS = """
DELETE FROM workflow.deadline d USING unnest($1::uuid[], $2::text[], $3::date[]) AS g (process_id, name, starts)
WHERE (d.process_id, d.name, d.starts) = (g.process_id, g.name, g.starts)
"""
ADD_STEPS = """
INSERT INTO workflow.history (id, process_id, at, actor_id, actor_name, action, transition, before, state, note, detail)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::uuid[], $5::text[], $6::text[], $7::text[],
    $8::text[], $9::text[], $10::text[], $11::jsonb[])
"""
STEPS = """
SELECT h.id, h.at, h.actor_id, h.actor_name, h.action, h.transition, h.before, h.state, h.note, h.detail
FROM workflow.history h JOIN workflow.process p ON p.id = h.process_id
WHERE p.subject_id = $1 AND p.workflow = $2 ORDER BY h.id DESC LIMIT $3
"""
PUT_EXTENSION = """
INSERT INTO workflow.extension (id, process_id, deadline, starts, days, reason, asked_by, asked_at, granted,
    decided_by, decided_at, note)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
ON CONFLICT (id) DO UPDATE SET granted = excluded.granted, decided_by = excluded.decided_by,
    decided_at = excluded.decided_at, note = excluded.note
"""
EXTENSIONS = """
SELECT e.id, p.workflow, p.subject_id, e.deadline, e.starts, e.days, e.reason, e.asked_by, e.asked_at, e.granted,
    e.decided_by, e.decided_at, e.note
FROM workflow.extension e JOIN workflow.process p ON p.id = e.process_id
"""
DUE = """
SELECT d.next_on, d.process_id, p.subject_id FROM workflow.deadline d JOIN workflow.process p ON p.id = d.process_id
WHERE d.workflow = $1 AND d.next_on <= $2 AND (d.next_on, d.process_id) > ($3::date, $4::uuid)
ORDER BY d.next_on, d.process_id LIMIT $5
"""
KNOWN_MARKS = "SELECT deadline, days FROM workflow.marks WHERE workflow = $1"
PUT_MARKS = """
INSERT INTO workflow.marks (workflow, deadline, days) VALUES ($1, $2, $3)
ON CONFLICT (workflow, deadline) DO UPDATE SET days = excluded.days
"""
NEXT_MARK = "d.due + (SELECT min(days) FROM unnest($3::int[]) AS days WHERE d.reached IS NULL OR days > d.reached)"
COUNT_MARKS = f"""
WITH part AS (
    SELECT process_id, name, starts FROM workflow.deadline d
    WHERE workflow = $1 AND name = $2 AND done_on IS NULL AND paused_on IS NULL
    AND (process_id, starts) > ($4::uuid, $5::date) ORDER BY process_id, starts LIMIT $6
), counted AS (
    UPDATE workflow.deadline d SET next_on = {NEXT_MARK} FROM part
    WHERE (d.process_id, d.name, d.starts) = (part.process_id, part.name, part.starts)
    AND d.done_on IS NULL AND d.paused_on IS NULL AND d.next_on IS DISTINCT FROM {NEXT_MARK}
)
SELECT process_id, starts FROM part ORDER BY process_id DESC, starts DESC LIMIT 1
"""
