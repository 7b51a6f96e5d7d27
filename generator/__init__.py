"""The pipeline from `spec/` to `generated/`. Run it with `python -m generator`; it is never shipped."""
