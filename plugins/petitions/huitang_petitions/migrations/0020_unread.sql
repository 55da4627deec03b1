-- Something came by WeChat that cannot be read here: that it came is kept, and is no answer to what the office asked.
ALTER TABLE message ADD COLUMN taken boolean NOT NULL DEFAULT true;
