"""Roles, permissions and scopes."""
