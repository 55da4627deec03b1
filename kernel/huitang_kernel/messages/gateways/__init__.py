"""The ways out of the house: one module each."""
