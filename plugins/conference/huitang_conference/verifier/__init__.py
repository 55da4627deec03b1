"""The verifier of poll logs: it shares no code with the plugin, and runs without it."""
