-- A register of a million matters. Whom a matter belongs to stands in every condition (services.access), so the indexes that
-- lists and counts are read from carry it: then a count reads the index alone, not the wide, sealed rows.

DROP INDEX matter_received;
CREATE INDEX matter_received ON matter (received_at DESC, id DESC)
    INCLUDE (organisation_id, handler_id, assignee_id, whistle, state, channel, kind, mark, category, district, people,
        urgent, anonymous);
COMMENT ON INDEX matter_received IS 'the register, and every figure of the situation';

DROP INDEX matter_state;
CREATE INDEX matter_state ON matter (state, received_at DESC, id DESC)
    INCLUDE (organisation_id, handler_id, assignee_id, whistle);
DROP INDEX matter_category;
CREATE INDEX matter_category ON matter (category text_pattern_ops, received_at DESC, id DESC)
    INCLUDE (organisation_id, handler_id, assignee_id, whistle);
CREATE INDEX matter_channel ON matter (channel, received_at DESC, id DESC)
    INCLUDE (organisation_id, handler_id, assignee_id, whistle);

DROP INDEX matter_mark;
CREATE INDEX matter_mark ON matter (mark, received_at DESC, id DESC)
    INCLUDE (organisation_id, handler_id, assignee_id, whistle) WHERE mark <> '';
DROP INDEX matter_due;
CREATE INDEX matter_due ON matter (due, id) INCLUDE (mark, organisation_id, handler_id, assignee_id, whistle)
    WHERE due IS NOT NULL;
COMMENT ON INDEX matter_due IS 'the register by due date, and the board';

CREATE INDEX matter_confirmed ON matter (remit, category, handler_id)
    WHERE remit <> '' AND category <> '' AND handler_id IS NOT NULL AND NOT whistle;
COMMENT ON INDEX matter_confirmed IS 'who handled such matters, asked on every page of a handling';

-- The same condition as services.closing.published.PUBLISHABLE, as far as it is about the row alone.
CREATE INDEX matter_publishable ON matter (id)
    WHERE publish AND NOT whistle AND kind IN ('suggestion', 'appeal') AND merged_into IS NULL;

DROP INDEX rating_matter;
CREATE INDEX rating_matter ON rating (matter_id, round)
    INCLUDE (office, body_id, grade, channel, corrected, at, invalid_at);
CREATE INDEX visit_done ON visit (done_at DESC, id DESC) WHERE done_at IS NOT NULL;

CREATE INDEX deadline_ended ON deadline (due) INCLUDE (matter_id, state)
    WHERE duty AND state IN ('met', 'met_late', 'late');
COMMENT ON INDEX deadline_ended IS 'limits that ended in a month or a year, for reports';

DROP INDEX accused_matter;
CREATE INDEX accused_matter ON accused (matter_id) INCLUDE (account_id, organisation_id);

-- What figures are grouped by, so that the planner knows how few groups there are, and lets several processes count.
CREATE STATISTICS matter_weeks ON category, district, (date_bin('7 days', received_at, '2000-01-03 00:00+08'))
    FROM matter;
CREATE STATISTICS rating_months ON office, body_id, channel, grade, corrected, (invalid_at IS NOT NULL),
    (date_trunc('month', at AT TIME ZONE 'Asia/Shanghai')) FROM rating;
