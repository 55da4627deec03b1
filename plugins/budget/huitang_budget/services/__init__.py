"""What can be done with declarations. Pages, API, jobs and commands all come here; every read is scoped, every write audited."""
