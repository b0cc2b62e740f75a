"""Caller references: how AWS is told that a creating call is the same one as before, and not a second.

A reference is derived from what it is for, never from a clock: a lost reply is found again, and not repeated.
"""

from cfstream.values import Account


def caller_reference(account: Account | str, name: str, kind: str, generation: int = 1) -> str:
    """The caller reference of a stack's resource: ``cfstream-123456789012-lectures-distribution-1``.

    `name` is the stack's name, or ``<stack>/<member>`` where a stack has several of a kind. Law: different
    arguments give different references. Read from the right: the generation is digits, and the kind is
    written without hyphens, so that all before it is the name, whatever hyphens are in that.
    """
    return f"{_stem(account, name, kind)}{generation}"


def is_caller_reference(reference: str, account: Account | str, name: str, kind: str) -> bool:
    """Whether `reference` is this resource's, of any generation."""
    stem = _stem(account, name, kind)
    return reference.startswith(stem) and reference.removeprefix(stem).isdecimal()


def _stem(account: str, name: str, kind: str) -> str:
    return f"cfstream-{account}-{name}-{kind.replace('-', '_')}-"
