"""Personal data: sealed by column, found by blind index, under keys that are changed while people work."""
