"""Speed and memory, side by side with peers in one run, as ratios. Run with `make bench`; nothing is asserted."""
