-- Phone numbers are sealed like all personal data. What was sealed in the old way moves over at the next start.

ALTER TABLE account ADD COLUMN phone bytea;
