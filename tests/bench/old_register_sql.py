"""What the database makes of the matters of `old_register`: each statement after the table it fills."""

from __future__ import annotations

_WHERE = (
    "schemaname = 'petitions' AND tablename IN ('matter', 'petitioner', 'party', 'event', 'deadline', 'feature')"
    " AND indexdef NOT LIKE 'CREATE UNIQUE%'"
)
INDEXES = f"SELECT indexdef FROM pg_indexes WHERE {_WHERE} ORDER BY indexname"
NO_INDEXES = f"SELECT format('DROP INDEX petitions.%I', indexname) FROM pg_indexes WHERE {_WHERE}"

_CHANCE = "(hashtextextended(m.id::text, {seed}) & 1048575)::float / 1048576"


def _chance(seed: int) -> str:
    """A number from 0 to 1 that every statement finds again for a matter."""
    return _CHANCE.format(seed=seed)


_ANSWERED = "('answered', 'closed', 'reviewed', 'rechecked')"
# Days from the arrival; one in twenty was answered too late.
_EVENTS = f"""
INSERT INTO petitions.event (id, matter_id, kind, at, detail, shown, recorded_at)
SELECT gen_random_uuid(), m.id, e.kind, e.at, e.detail::jsonb, TRUE, e.at
FROM (SELECT m.*, {_chance(1)} AS a, {_chance(2)} AS b FROM petitions.matter m) m
CROSS JOIN LATERAL (SELECT kind, m.received_at + make_interval(hours => (24 * days)::int) AS at, detail FROM (VALUES
    ('received', 0.0, '{{}}', TRUE), ('registered', 0.05, '{{}}', TRUE),
    ('told', 2 + 13.5 * m.a, '{{}}', m.state <> 'registered'),
    ('accepted', 3 + 12 * m.b, '{{}}', m.state IN ('handling', 'answered', 'closed', 'reviewed', 'rechecked')),
    ('transferred_out', 2 + 10 * m.b, '{{"organ": "望月县住建局"}}', m.state = 'transferred'),
    ('assigned_out', 2 + 10 * m.b, '{{"organ": "望月县住建局"}}', m.state = 'assigned'),
    ('refused', 3 + 12 * m.b, '{{}}', m.state = 'refused'),
    ('withdrawn', 8 + 30 * m.a, '{{}}', m.state = 'withdrawn'),
    ('answered', 16 + 55 * m.a, '{{}}', m.state IN {_ANSWERED}),
    ('review_requested', 80 + 5 * m.a, '{{}}', m.state IN ('reviewed', 'rechecked')),
    ('review_answered', 95 + 12 * m.a, '{{}}', m.state IN ('reviewed', 'rechecked')),
    ('recheck_requested', 115 + 12 * m.a, '{{}}', m.state = 'rechecked'),
    ('recheck_answered', 130 + 12 * m.a, '{{}}', m.state = 'rechecked'),
    ('closed', 75 + 20 * m.a, '{{}}', m.state = 'closed')) v (kind, days, detail, is_so) WHERE is_so) e
WHERE e.at <= now() ORDER BY e.at
"""
_RATINGS = f"""
INSERT INTO petitions.rating (id, matter_id, round, office, body_id, grade, comment, channel, own, at, corrected,
    invalid_at, invalid_reason)
SELECT gen_random_uuid(), m.id, 1, o.office, CASE o.office WHEN 'office' THEN m.organisation_id ELSE m.handler_id END,
    (ARRAY['satisfied', 'satisfied', 'satisfied', 'fairly_satisfied', 'fairly_satisfied', 'dissatisfied'])
        [1 + ({_chance(3)} * 5.99)::int % 6], '', (ARRAY['web', 'phone', 'desk'])[1 + ({_chance(4)} * 2.99)::int % 3],
    TRUE, e.at + interval '5 days', {_chance(5)} < 0.01, CASE WHEN {_chance(6)} < 0.005 THEN e.at END, ''
FROM petitions.matter m JOIN petitions.event e ON e.matter_id = m.id AND e.kind = 'answered'
CROSS JOIN (VALUES ('office'), ('unit')) o (office)
WHERE {_chance(7)} < 0.4 AND (o.office = 'office' OR m.handler_id IS NOT NULL) ORDER BY e.at
"""
_VISITS = f"""
INSERT INTO petitions.visit (id, matter_id, round, cause, opened_at, due, told, tries, done_at, reached, satisfied,
    reopened, note)
SELECT gen_random_uuid(), m.id, 1, CASE WHEN m.urgent THEN 'urgent' WHEN m.people > 5 THEN 'joint' ELSE 'sample' END,
    e.at, (e.at + interval '15 days')::date, '{{}}', 1, d.done_at, d.done_at IS NOT NULL, d.done_at IS NOT NULL,
    FALSE, ''
FROM petitions.matter m JOIN petitions.event e ON e.matter_id = m.id AND e.kind = 'answered'
CROSS JOIN LATERAL (SELECT CASE WHEN e.at < now() - interval '12 days' THEN e.at + interval '9 days' END AS done_at) d
WHERE NOT m.whistle AND NOT m.anonymous AND (m.urgent OR m.people > 5 OR {_chance(8)} < 0.1) ORDER BY e.at
"""
_PUBLISHED = f"""
INSERT INTO petitions.publication (id, matter_id, summary, published_at, version)
SELECT gen_random_uuid(), m.id, '反映的问题已由承办单位办结，办理结果已答复来信人。', e.at + interval '20 days', 1
FROM petitions.matter m JOIN petitions.event e ON e.matter_id = m.id AND e.kind = 'answered'
WHERE m.publish AND m.kind IN ('suggestion', 'appeal') AND {_chance(9)} < 0.5 ORDER BY e.at
"""
_ACCUSED = f"""
INSERT INTO petitions.accused (id, matter_id, account_id, organisation_id, name, marked_at)
SELECT gen_random_uuid(), m.id, CASE WHEN {_chance(11)} < 0.2 THEN a.known[1 + ({_chance(12)} * 7.9)::int % 8] END,
    CASE WHEN {_chance(11)} >= 0.2 THEN u.known[1 + ({_chance(12)} * 21)::int % 22] END, '', m.received_at
FROM petitions.matter m, (SELECT $1::uuid[] AS known) u/*handlers*/, (SELECT $2::uuid[] AS known) a/*accounts*/
WHERE {_chance(10)} < CASE m.kind WHEN 'accusation' THEN 0.7 ELSE 0.01 END
"""
_RECUSED = f"""
INSERT INTO petitions.recusal (id, matter_id, account_id, reason, decided_at)
SELECT gen_random_uuid(), m.id, a.known[1 + ({_chance(13)} * 7.9)::int % 8], '', m.received_at
FROM petitions.matter m, (SELECT $1::uuid[] AS known) a/*accounts*/ WHERE {_chance(14)} < 0.003
"""
_PROCESSES = """
INSERT INTO workflow.process (id, workflow, subject_id, organisation_id, state, assignee_id, version, started_at,
    changed_at, finished_at)
SELECT gen_random_uuid(), 'petitions.matter', m.id, m.organisation_id, m.state, m.assignee_id, 1, m.received_at,
    m.updated_at, m.closed_at FROM petitions.matter m ON CONFLICT DO NOTHING
"""
_TODOS = f"""
INSERT INTO notifications.todo (id, plugin, kind, subject_kind, subject_id, assignee_id, title, url, due, opened_at,
    closed_at)
SELECT gen_random_uuid(), 'petitions', 'petitions.to_handle', 'petitions.matter', m.id,
    a.known[1 + ({_chance(15)} * 7.9)::int % 8], '办理 ' || m.number, '/petitions/matters/' || m.id,
    (m.received_at + interval '60 days')::date, m.received_at, m.closed_at
FROM petitions.matter m, (SELECT $1::uuid[] AS known) a/*accounts*/ WHERE {_chance(16)} < 0.3
"""
AFTER = (
    ("petitions.event", _EVENTS),
    ("petitions.rating", _RATINGS),
    ("petitions.visit", _VISITS),
    ("petitions.publication", _PUBLISHED),
    ("petitions.accused", _ACCUSED),
    ("petitions.recusal", _RECUSED),
    ("workflow.process", _PROCESSES),
    ("notifications.todo", _TODOS),
)
