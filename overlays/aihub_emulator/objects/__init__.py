"""The object storage: files by bucket and key, and their names."""
