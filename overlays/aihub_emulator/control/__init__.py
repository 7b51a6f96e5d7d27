"""The control plane: what tests and people ask of the emulator itself, its faults and its status page."""
