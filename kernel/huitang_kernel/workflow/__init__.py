"""Workflows: processes of all plugins, their deadlines and their history."""
