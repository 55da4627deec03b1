-- Which version of reading a letter's features are of: nobody compares those of an earlier one, and a job makes them anew,
-- under a new sequence, so that every node reads them.

ALTER TABLE feature ADD COLUMN version smallint NOT NULL DEFAULT 1;
CREATE INDEX feature_version ON feature (version);
