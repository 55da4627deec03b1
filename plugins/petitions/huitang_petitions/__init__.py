"""Letters and visits to a people's congress."""
