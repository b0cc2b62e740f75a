"""The refusal to import what no spec could say truly."""

from cfstream.errors import WrongUsage


class CannotImport(WrongUsage):
    """No spec is written: `what` stands in the way, and what to `do`."""
