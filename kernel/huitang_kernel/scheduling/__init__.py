"""Jobs at set times."""
