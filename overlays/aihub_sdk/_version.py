"""The version of the SDK: a constant, because asking the installation takes longer than importing all of it."""

__version__ = "0.1.0"
