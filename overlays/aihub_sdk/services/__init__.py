"""The nouns of the platform: one module a service, each standing on its own."""
