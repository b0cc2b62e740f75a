"""Caller references, by which AWS recognises a repeated create call.

A reference is derived from the resource, never from a clock: after a lost reply, the same call finds the resource
instead of creating a second one.
"""

from cfstream.values import Account


def caller_reference(account: Account | str, name: str, kind: str, generation: int = 1) -> str:
    """Return the caller reference of a stack's resource: ``cfstream-123456789012-lectures-distribution-1``.

    `name` is the stack's name, or ``<stack>/<member>`` if a stack has several resources of a kind. Different arguments
    give different references: from the right, the generation has only digits and the kind has no hyphens, so everything
    before them is the name, even if it has hyphens.
    """
    return f"{_stem(account, name, kind)}{generation}"


def is_caller_reference(reference: str, account: Account | str, name: str, kind: str) -> bool:
    """Return whether `reference` belongs to this resource, in any generation."""
    stem = _stem(account, name, kind)
    return reference.startswith(stem) and reference.removeprefix(stem).isdecimal()


def _stem(account: str, name: str, kind: str) -> str:
    return f"cfstream-{account}-{name}-{kind.replace('-', '_')}-"
