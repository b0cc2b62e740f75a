"""The rules for a cache behavior: its origin, methods, signers, policies and functions."""

import re
from collections.abc import Mapping

from .associations import judge_associations
from .records import Json
from .refusal import CloudFrontError, demand, refuse_unless
from .state import CloudFrontState

# Developer Guide, "Cache behavior settings".
_PATH_PATTERN = re.compile(r"[A-Za-z0-9_.*$/~\"'@:+&?-]{1,255}")
_METHODS = (
    {"GET", "HEAD"},
    {"GET", "HEAD", "OPTIONS"},
    {"GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"},
)
# S3 takes a forwarded Host for the bucket's name, so it refuses the request.
_HEADERS_FOR_S3 = {"access-control-request-headers", "access-control-request-method", "origin"}
_POLICIES = ("CachePolicy", "OriginRequestPolicy", "ResponseHeadersPolicy")


def judge_behavior(
    state: CloudFrontState, behavior: Json, origins: Mapping[str, Json], own_id: str | None
) -> None:
    """Refuse a cache behavior (with defaults) as CreateDistribution and UpdateDistribution do.

    `origins` has the distribution's origins and origin groups by id. `own_id` is the distribution's id if it exists, so
    that it does not count twice against limits.
    """
    target = behavior["TargetOriginId"]
    refuse_unless(
        target in origins, "NoSuchOrigin", "One or more of your origins or origin groups do not exist."
    )
    if "PathPattern" in behavior:
        fine = _PATH_PATTERN.fullmatch(behavior["PathPattern"])
        demand(fine, "The parameter PathPattern contains invalid characters.")
    _judge_methods(behavior["AllowedMethods"])
    _judge_viewers(state, behavior, own_id)
    _judge_policies(state, behavior, own_id)
    judge_associations(state, behavior, own_id)
    if "ForwardedValues" in behavior:
        _judge_forwarded_values(state, behavior, origins[target])


def _judge_methods(allowed: Json) -> None:
    items, cached = allowed.get("Items", ()), allowed["CachedMethods"].get("Items", ())
    fine = set(items) in _METHODS and len(items) in (2, 3, 7)
    demand(
        fine,
        "The parameter AllowedMethods must hold one of the sets of 2, 3 or 7 methods.",
    )
    fine = set(cached) in _METHODS[:2] and set(cached) <= set(items)
    demand(fine, "The parameter CachedMethods must hold 2 or 3 of the allowed methods.")


def judge_signers(state: CloudFrontState, signers: Json) -> None:
    """Refuse trusted signers of either kind of distribution.

    Raises InvalidArgument if Enabled contradicts the quantity, TooManyTrustedSigners, and TrustedSignerDoesNotExist for
    an invalid account number or an account without key pairs.
    """
    _judge_enabled("TrustedSigners", signers)
    named = signers.get("Items", ())
    refuse_unless(len(named) <= state.settings.quota("trusted_signers"), "TooManyTrustedSigners")
    for signer in named:
        known = signer == "self" or (signer.isdecimal() and len(signer) == 12)
        refuse_unless(known and state.key_pair_ids(signer), "TrustedSignerDoesNotExist")


def _judge_enabled(name: str, viewers: Json) -> None:
    if viewers["Enabled"] != bool(viewers["Quantity"]):
        raise CloudFrontError(
            "InvalidArgument", f"The parameter Enabled of {name} does not agree with its Quantity."
        )


def _judge_viewers(state: CloudFrontState, behavior: Json, own_id: str | None) -> None:
    signers, groups = behavior["TrustedSigners"], behavior["TrustedKeyGroups"]
    judge_signers(state, signers)
    _judge_enabled("TrustedKeyGroups", groups)
    demand(
        not (signers["Quantity"] and groups["Quantity"]),
        "A cache behavior cannot have both TrustedSigners and TrustedKeyGroups.",
    )
    limit = state.settings.quota("key_groups_per_behavior")
    refuse_unless(groups["Quantity"] <= limit, "TooManyKeyGroupsAssociatedToDistribution")
    for group in groups.get("Items", ()):
        refuse_unless(state.key_groups.find(group), "TrustedKeyGroupDoesNotExist")
        others = [user for user in state.users("TrustedKeyGroups", group) if user.id != own_id]
        fine = len(others) < state.settings.quota("distributions_per_key_group")
        refuse_unless(fine, "TooManyDistributionsAssociatedToKeyGroup")


def _judge_policies(state: CloudFrontState, behavior: Json, own_id: str | None) -> None:
    legacy = "ForwardedValues" in behavior
    if legacy and behavior.get("CachePolicyId"):
        raise CloudFrontError(
            "InvalidArgument", "A cache behavior cannot have both CachePolicyId and ForwardedValues."
        )
    if not legacy and not behavior.get("CachePolicyId"):
        raise CloudFrontError(
            "InvalidArgument", "The parameter ForwardedValues is required where there is no CachePolicyId."
        )
    if legacy and behavior.get("OriginRequestPolicyId"):
        raise CloudFrontError(
            "InvalidArgument", "The parameter OriginRequestPolicyId requires a CachePolicyId."
        )
    for kind in _POLICIES:
        member = f"{kind}Id"
        policy = behavior.get(member)
        if policy:
            managed = state.policies[kind].get(policy).managed
            others = [user for user in state.users(member, policy) if user.id != own_id]
            fine = len(others) < state.settings.quota("distributions_per_policy")
            # The limit only counts an account's own policies, not the managed ones.
            refuse_unless(fine or managed, f"TooManyDistributionsAssociatedTo{kind}")


def _judge_forwarded_values(state: CloudFrontState, behavior: Json, origin: Json) -> None:
    demand("MinTTL" in behavior, "The parameter MinTTL is required.")
    in_order = behavior["MinTTL"] <= behavior["DefaultTTL"] <= behavior["MaxTTL"]
    refuse_unless(in_order, "InvalidTTLOrder")
    headers = behavior["ForwardedValues"]["Headers"].get("Items", ())
    limit = state.settings.quota("forwarded_headers")
    refuse_unless(len(headers) <= limit, "TooManyHeadersInForwardedValues")
    if "S3OriginConfig" in origin and not {header.lower() for header in headers} <= _HEADERS_FOR_S3:
        raise CloudFrontError("InvalidHeadersForS3Origin")
