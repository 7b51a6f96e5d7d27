"""From a request to its answer: read within bounds, checked, answered in the envelope, and noted down."""
