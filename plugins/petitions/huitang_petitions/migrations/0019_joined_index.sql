-- Joined matters by the one they go on in, read from the index alone: whoever is kept away from one of them is kept away
-- from all of them.
DROP INDEX matter_merged;
CREATE INDEX matter_merged ON matter (merged_into) INCLUDE (id) WHERE merged_into IS NOT NULL;
