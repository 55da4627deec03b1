"""云江市, a city that does not exist. `city.toml` holds its organisations and people; read it as a package resource."""
