-- A notice that was taken back: its recipient may not know of its subject any more. It stays, so that nobody is told
-- the same under its key again, and is shown to nobody.
ALTER TABLE notice ADD COLUMN withdrawn_at timestamptz;
CREATE INDEX notice_subject ON notice (subject_kind, subject_id) WHERE withdrawn_at IS NULL;
