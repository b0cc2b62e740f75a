"""cfstream: private video on Amazon CloudFront as one checked-in YAML file.

A function with the name of a command does the same as the command::

    import cfstream

    stacks = cfstream.load("specs/")
    plan = cfstream.plan(stacks, profile="media")
    report = cfstream.apply(plan, allow={"cuts-viewers"})
    proof = cfstream.verify(stacks, profile="media")

Every other command has its function as well: the page on Python in the manual lists them. Signing needs no AWS, and has
its own module, `cfstream.sign`. Errors are those of `cfstream.errors`. Each name here is imported when it is first
used: importing cfstream, or `cfstream.sign`, loads neither botocore nor pydantic.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cfstream import errors, sign
    from cfstream.access.report import StackAccess
    from cfstream.adoption import Imported
    from cfstream.api.account import (
        delete,
        doctor,
        explain_url,
        import_distribution,
        list_accounts,
        list_resources,
        show,
    )
    from cfstream.api.specs import diff, format_spec, init, migrate, new_key, permissions_for, rotate, schema
    from cfstream.api.stacks import Plan, access_of, apply, destroy, load, plan, snapshot, verify, wait
    from cfstream.applying import (
        Event,
        Report,
        StackBegan,
        StackEnded,
        StackOutcome,
        StackReport,
        StepBegan,
        StepEnded,
        StepOutcome,
        StepProgress,
        StepReport,
    )
    from cfstream.comparing import Comparison
    from cfstream.errors import CfstreamError, SpecProblems
    from cfstream.planning import StackPlan
    from cfstream.spec.load import Stack
    from cfstream.use_cases.migration import Migrated
    from cfstream.use_cases.rotation import Rotated
    from cfstream.verification import Finding, Proof, StackProof, Verdict

    __version__: str

__all__ = [
    "CfstreamError",
    "Comparison",
    "Event",
    "Finding",
    "Imported",
    "Migrated",
    "Plan",
    "Proof",
    "Report",
    "Rotated",
    "SpecProblems",
    "Stack",
    "StackAccess",
    "StackBegan",
    "StackEnded",
    "StackOutcome",
    "StackPlan",
    "StackProof",
    "StackReport",
    "StepBegan",
    "StepEnded",
    "StepOutcome",
    "StepProgress",
    "StepReport",
    "Verdict",
    "__version__",
    "access_of",
    "apply",
    "delete",
    "destroy",
    "diff",
    "doctor",
    "errors",
    "explain_url",
    "format_spec",
    "import_distribution",
    "init",
    "list_accounts",
    "list_resources",
    "load",
    "migrate",
    "new_key",
    "permissions_for",
    "plan",
    "rotate",
    "schema",
    "show",
    "sign",
    "snapshot",
    "verify",
    "wait",
]

_HOMES = {
    **dict.fromkeys(
        ("Plan", "access_of", "apply", "destroy", "load", "plan", "snapshot", "verify", "wait"),
        "cfstream.api.stacks",
    ),
    **dict.fromkeys(
        ("diff", "format_spec", "init", "migrate", "new_key", "permissions_for", "rotate", "schema"),
        "cfstream.api.specs",
    ),
    **dict.fromkeys(
        (
            *("delete", "doctor", "explain_url", "import_distribution"),
            *("list_accounts", "list_resources", "show"),
        ),
        "cfstream.api.account",
    ),
    "StackAccess": "cfstream.access.report",
    "Imported": "cfstream.adoption",
    **dict.fromkeys(
        ("Event", "Report", "StackBegan", "StackEnded", "StackOutcome", "StackReport"), "cfstream.applying"
    ),
    **dict.fromkeys(
        ("StepBegan", "StepEnded", "StepOutcome", "StepProgress", "StepReport"), "cfstream.applying"
    ),
    **dict.fromkeys(("CfstreamError", "SpecProblems"), "cfstream.errors"),
    **dict.fromkeys(("Finding", "Proof", "StackProof", "Verdict"), "cfstream.verification"),
    "Comparison": "cfstream.comparing",
    "Migrated": "cfstream.use_cases.migration",
    "Rotated": "cfstream.use_cases.rotation",
    "Stack": "cfstream.spec.load",
    "StackPlan": "cfstream.planning",
}
"""The module of each name. No module of this package may have one of these names: its import would replace the
name."""


_MODULES = ("errors", "sign")

if not TYPE_CHECKING:  # with it, mypy would accept every misspelled name

    def __getattr__(name: str) -> Any:
        from importlib import import_module

        if name in _HOMES:
            value = getattr(import_module(_HOMES[name]), name)
        elif name in _MODULES:
            value = import_module(f"{__name__}.{name}")
        elif name == "__version__":
            from cfstream.startup.version import installed_version

            # A source tree may not be installed.
            value = installed_version("cfstream") or "0+unknown"
        else:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
