-- Results that everybody may read: published one by one, by somebody who answers for it.

ALTER TABLE poll ADD COLUMN published_at timestamptz;
ALTER TABLE poll ADD COLUMN published_by uuid;
