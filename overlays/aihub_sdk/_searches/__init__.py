"""Searches: what is asked, and what is found as rows, tables, hits and images."""
