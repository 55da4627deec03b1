"""Three examples per rule: one that fires, one that does not, and one at the boundary (which says on which side it lies)."""
