"""Topics told live to browsers and to other parts, in order, on every node."""
