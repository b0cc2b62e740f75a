"""The parts of a distribution that decide who can read through it.

Other parts can change without any effect on readers.
"""

from dataclasses import fields
from typing import Any

from cfstream.domain.distribution import DECIDES_NOT, CacheBehavior, Distribution, Origin
from cfstream.domain.parse import ORIGIN_MEMBERS
from cfstream.values import Json, plain

_SHOWN_OTHERWISE = frozenset({"pattern", "default", "target", "origins", "signers"})


def deciding(distribution: Distribution) -> Json:
    """Return it as a document in which lists of AWS have AWS's names, so that two can be compared and shown.

    The root object is left out where it is not known: list rows do not show it.
    """
    root = distribution.default_root_object
    return {
        "Enabled": distribution.enabled,
        "Origins": [_origin(each) for each in distribution.origins],
        "CacheBehaviors": [_behavior(each) for each in distribution.behaviors],
        **({} if root is None else {"DefaultRootObject": root}),
    }


def _origin(origin: Origin) -> dict[str, Any]:
    return {
        **{member: getattr(origin, name) for name, member in ORIGIN_MEMBERS.items()},
        "oai": plain(origin.oai_id),
        "oac": plain(origin.oac_id),
    }


def _behavior(behavior: CacheBehavior) -> dict[str, Any]:
    rest = {
        each.name: getattr(behavior, each.name)
        for each in fields(behavior)
        if each.name not in _SHOWN_OTHERWISE and DECIDES_NOT not in each.metadata
    }
    return {
        "PathPattern": behavior.pattern.text if behavior.path else "*",
        "TargetOriginId": behavior.target,
        "Members": [each.id for each in behavior.origins],
        "trusted_signers": list(behavior.signers.accounts),
        "key_groups": [plain(each) for each in behavior.signers.key_groups],
        **rest,
    }
