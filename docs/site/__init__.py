"""Builds the documentation site: `python -m docs.site build`, `python -m docs.site serve`."""
