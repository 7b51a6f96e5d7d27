"""Dataset versions: what they are made from, and how one is found by its id."""
