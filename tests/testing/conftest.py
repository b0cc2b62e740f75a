"""Enables the fixtures that users get, instead of those of this repository."""

from cfstream.testing.fixtures import running_sandbox, sandbox

__all__ = ["running_sandbox", "sandbox"]
