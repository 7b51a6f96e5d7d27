"""What trainings, quota tasks and runs share: job files, names for ids, pods, trees of nodes."""
