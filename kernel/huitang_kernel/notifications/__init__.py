"""Notices, e-mail and to-dos."""
