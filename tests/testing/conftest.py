"""The fixtures that users get, in place of those of this house."""

from cfstream.testing.fixtures import running_sandbox, sandbox

__all__ = ["running_sandbox", "sandbox"]
