"""Waiting for jobs: handles, one wait or thousands without I/O, and the drivers that follow them."""
