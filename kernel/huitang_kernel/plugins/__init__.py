"""Plugins: found by entry point, checked, ordered, kept in a registry."""
