"""The electronic conference system of a people's congress."""
