"""cfstream: a private video set-up on Amazon CloudFront, one checked-in YAML file.

From a program, with the same meaning as the commands of these names::

    import cfstream

    stacks = cfstream.load("specs/")
    plan = cfstream.plan(stacks, profile="media")
    report = cfstream.apply(plan, allow={"cuts-viewers"})
    proof = cfstream.verify(stacks, profile="media")

Signing needs no AWS, and is a module of its own, `cfstream.sign`. Errors are those of `cfstream.errors`. Each name here
is imported when it is first used: importing cfstream, or `cfstream.sign`, loads neither botocore nor pydantic.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cfstream import errors, sign
    from cfstream.api import Plan, apply, load, plan, verify
    from cfstream.applying import Report, StackOutcome, StackReport, StepOutcome, StepReport, Telling
    from cfstream.errors import CfstreamError, SpecProblems
    from cfstream.planning import StackPlan
    from cfstream.proving import Finding, Proof, StackProof, Verdict
    from cfstream.spec.load import Stack

    __version__: str

__all__ = [
    "CfstreamError",
    "Finding",
    "Plan",
    "Proof",
    "Report",
    "SpecProblems",
    "Stack",
    "StackOutcome",
    "StackPlan",
    "StackProof",
    "StackReport",
    "StepOutcome",
    "StepReport",
    "Telling",
    "Verdict",
    "__version__",
    "apply",
    "errors",
    "load",
    "plan",
    "sign",
    "verify",
]

_HOMES = {
    **dict.fromkeys(("Plan", "apply", "load", "plan", "verify"), "cfstream.api"),
    **dict.fromkeys(
        ("Report", "StackOutcome", "StackReport", "StepOutcome", "StepReport", "Telling"), "cfstream.applying"
    ),
    **dict.fromkeys(("CfstreamError", "SpecProblems"), "cfstream.errors"),
    **dict.fromkeys(("Finding", "Proof", "StackProof", "Verdict"), "cfstream.proving"),
    "Stack": "cfstream.spec.load",
    "StackPlan": "cfstream.planning",
}
"""The module that each name comes from. No module of this package may have one of these names: its import would
take the name's place."""


_MODULES = ("errors", "sign")

if not TYPE_CHECKING:  # or mypy would take every misspelled name for one that is found here

    def __getattr__(name: str) -> Any:
        from importlib import import_module

        if name in _HOMES:
            value = getattr(import_module(_HOMES[name]), name)
        elif name in _MODULES:
            value = import_module(f"{__name__}.{name}")
        elif name == "__version__":
            value = _version()
        else:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def _version() -> str:
    """The version that is installed; ``0+unknown`` for a source tree that is not."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("cfstream")
    except PackageNotFoundError:
        return "0+unknown"
