"""Before a release: do the versions say what the changes are? Run it with `make release-check`."""
