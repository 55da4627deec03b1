"""Organisations, people, accounts, sign-in."""
