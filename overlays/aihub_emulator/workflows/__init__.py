"""Workflows: pipelines that a seed declares, and their runs."""
