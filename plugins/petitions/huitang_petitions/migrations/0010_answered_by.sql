-- What is done by hand has a day, too, by which it is to be answered.

COMMENT ON COLUMN supervision.due IS 'of the limit: an extension gives it another one, and the ladder begins again; by hand: until when it is to be answered';
