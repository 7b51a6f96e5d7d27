"""The data warehouse behind the searches: the `meta` table, the engine that asks it, the searches themselves."""
