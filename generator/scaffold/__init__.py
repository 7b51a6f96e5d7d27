"""`new`: a valid stub of an operation, so that a change of the spec starts from something that passes."""
