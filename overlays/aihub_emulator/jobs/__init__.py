"""Trainings and quota tasks: jobs of pods that share the finite SKUs of virtual clusters."""
