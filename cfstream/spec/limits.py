"""Notices about AWS's adjustable limits: AWS refuses what exceeds one, unless the account's limit was raised.

The figures are the defaults of the CloudFront quotas page. What AWS refuses for everyone is a problem (`rules`).
"""

from collections.abc import Iterator, Sequence

from cfstream.errors import Notice
from cfstream.spec.key_groups import AnyKeyGroup
from cfstream.spec.model import Spec
from cfstream.spec.stack import Stack

KEYS_PER_GROUP = 5
GROUPS_PER_BEHAVIOR = 4
GROUPS_PER_ACCOUNT = 10
CNAMES = 100
BEHAVIORS = 75
"""Per distribution, besides the default one."""


def notices(stack: Stack) -> tuple[Notice, ...]:
    """Yield a notice for each adjustable limit that the spec exceeds, and for settings that have no effect."""
    return tuple(Notice(text) for text in (*_beyond(stack.spec), *_without_effect(stack.spec)))


def _beyond(spec: Spec) -> Iterator[str]:
    lists: list[tuple[str, Sequence[AnyKeyGroup] | None]] = [("the default behavior", spec.key_groups)]
    lists += [(behavior.path, behavior.key_groups) for behavior in spec.http.behaviors]
    counts = [
        (f"keys in {group.name}", len(group.public_keys), KEYS_PER_GROUP) for group in spec.made_key_groups
    ]
    counts += [(f"key groups of {where}", len(groups or ()), GROUPS_PER_BEHAVIOR) for where, groups in lists]
    counts += [
        ("key groups of this spec", len(spec.made_key_groups), GROUPS_PER_ACCOUNT),
        ("cnames", len(spec.cnames or ()), CNAMES),
        ("behaviors", len(spec.http.behaviors), BEHAVIORS),
    ]
    for what, count, limit in counts:
        if count > limit:
            yield f"{count} {what}: AWS allows {limit} unless it has raised the limit of this account"


def _without_effect(spec: Spec) -> Iterator[str]:
    own_certificate = spec.http.certificate != "auto" or spec.cnames
    if "minimum_tls" in spec.http.model_fields_set and not own_certificate:
        yield "minimum_tls has no effect without a certificate of your own"
