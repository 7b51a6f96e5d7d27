"""One call: its envelope, its retries and its errors, without I/O; and the two drivers that carry it out."""
