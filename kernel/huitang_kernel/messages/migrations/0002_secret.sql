-- A secret message carries a code: its text is shown to nobody and is kept only until it need not be tried again. From
-- then on its recipient is kept without a text, so what is to be erased is found by the recipient.
ALTER TABLE message ADD COLUMN secret boolean NOT NULL DEFAULT false;
DROP INDEX message_kept;
CREATE INDEX message_kept ON message (changed_at) WHERE recipient IS NOT NULL;

-- Those that were sent before kinds could say so.
UPDATE message SET secret = true,
    text = CASE WHEN state IN ('queued', 'sending', 'failed') THEN text END
WHERE kind IN ('petitions.registered', 'identity.resident_code');
