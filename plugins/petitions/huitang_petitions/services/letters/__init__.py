"""Letters that go with the steps of a matter: drafted from its facts, made as Word and PDF, given to the petitioner."""
