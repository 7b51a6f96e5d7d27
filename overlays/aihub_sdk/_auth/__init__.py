"""Who asks: bearer tokens, where they come from, and how they are renewed."""
