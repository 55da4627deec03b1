"""What the conference does: one module per job, each opening its own transaction."""
