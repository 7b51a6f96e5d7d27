"""`suggest`: what real answers have and the spec has not, as a patch of the spec to review."""
