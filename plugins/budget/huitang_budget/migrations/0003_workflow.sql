-- The platform keeps the work on a declaration now, its timeline and its reminders; status, assignee_id and due stay here
-- for the lists, kept equal by the platform.
SELECT workflow.adopt_process(
    'budget.declaration', d.id, d.organisation_id, d.status, d.assignee_id, d.imported_by, d.imported_at, d.updated_at,
    CASE WHEN d.status = 'reviewed' THEN coalesce(d.reviewed_at, d.updated_at) END
) FROM declaration d ORDER BY d.id;

-- The review has run since it was last assigned. A reminder was sent days_left days before the due date.
SELECT workflow.adopt_deadline(
    'budget.declaration', d.id, 'review', least(coalesce(h.assigned_on, d.imported_at::date), d.due), d.due,
    CASE WHEN d.status = 'reviewed' THEN (coalesce(d.reviewed_at, d.updated_at) AT TIME ZONE 'Asia/Shanghai')::date END,
    r.reached
) FROM declaration d
LEFT JOIN LATERAL (
    SELECT (max(at) AT TIME ZONE 'Asia/Shanghai')::date AS assigned_on FROM history
    WHERE declaration_id = d.id AND action = 'declaration.assigned'
) h ON true
LEFT JOIN LATERAL (
    SELECT max(-days_left) AS reached FROM reminder
    WHERE declaration_id = d.id AND assignee_id = d.assignee_id AND due = d.due
) r ON true
WHERE d.due IS NOT NULL ORDER BY d.id;

SELECT workflow.adopt_history(
    h.id, 'budget.declaration', h.declaration_id, h.at, h.actor_id, h.actor_name, 'budget.' || h.action, h.reason,
    h.detail::jsonb
) FROM history h ORDER BY h.id;

DROP TABLE history;
DROP TABLE reminder;
