-- Reports in confidence are few, and are left out of the audit log for whoever may not read them.
CREATE INDEX matter_whistle ON matter (id) WHERE whistle;
