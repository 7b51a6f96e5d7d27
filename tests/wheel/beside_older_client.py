"""Run by .ci/test-wheel in an environment that holds the wheel and the older client of the same platform."""

from aihub.client import Client

from aihub_sdk import AIHub

if __name__ == "__main__":
    assert Client.__module__ == "aihub.client"
    assert AIHub.__module__.split(".")[0] == "aihub_sdk"
