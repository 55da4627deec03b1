-- A matter that is joined to another is in the hands of whoever handles that one: they reach what its petitioner adds, and the
-- condition of reach (services.access) stays one of the row alone, which counts read from indexes. Who had it in hand before is
-- kept for when it is taken out again.

ALTER TABLE matter ADD COLUMN handler_alone uuid;
COMMENT ON COLUMN matter.handler_alone IS 'whose hands it goes back into when it is taken out of the matter it is joined to';
UPDATE matter m SET handler_alone = m.handler_id,
    handler_id = coalesce(h.handler_id, nullif(h.organisation_id, m.organisation_id))
FROM matter h WHERE h.id = m.merged_into;
