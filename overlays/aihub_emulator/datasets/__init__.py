"""Datasets behind the operations: their records, and the building of versions in processes of their own."""
