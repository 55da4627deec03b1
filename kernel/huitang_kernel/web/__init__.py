"""The edge of the platform: every request passes here before a plugin sees it, and every error after."""
