"""Existing devices of a hall: translated into the terminal protocol, by a process of its own next to them."""
