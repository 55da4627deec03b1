-- The day whoever decides was last reminded of a request for leave that waits.

ALTER TABLE leave_request ADD COLUMN reminded_on date;
