"""The commands of `huitang conference`, one module a topic."""
