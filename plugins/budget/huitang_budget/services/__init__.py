"""What can be done with declarations, for pages, API and jobs: every read is scoped, every write audited."""
