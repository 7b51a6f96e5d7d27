"""Settings: what a client is told, checked, and where each value came from."""
