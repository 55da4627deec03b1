"""Three examples per rule: one that fires, one that does not, and one at the boundary (on either side)."""
