"""Random accounts for hypothesis, as plain data in AWS's shapes: behaviors, policies, blocks, ownership, ACLs.

Each test draws 300 examples, and 2,000 under `make test-all`.
"""

import functools
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

from tests.evaluator import build
from tests.evaluator.build import (
    KEYS,
    MEDIA,
    OAC,
    OAI,
    OAI_ARN,
    OAI_USER,
    OUR_ARN,
    acl,
    behavior,
    config,
    origin,
)
from tests.evaluator.callers import FOREIGN, FOREIGN_USER
from tests.evaluator.keys import keys_for, patterns_in
from tests.evaluator.state import (
    ACCOUNT,
    ALL_USERS,
    AUTHENTICATED_USERS,
    ENFORCED,
    OPEN,
    OWNER,
    Bucket,
    Distribution,
    Json,
    State,
    Version,
)
from tests.thorough import examples

EXAMPLES = examples(150, thorough=2000)

many = settings(max_examples=EXAMPLES, derandomize=True, deadline=None, database=None)
some = settings(many, max_examples=max(EXAMPLES // 5, 1))
"""The same examples in every run, and no clock."""

Drawn = st.SearchStrategy

NEVER = "E0NEVER0000000"
CONTROLS = {OAC: {"SigningBehavior": "always"}, NEVER: {"SigningBehavior": "never"}}
OTHER_OAI, OTHER_OAI_USER = "E0OTHEROAI0000", "b" * 96
THEIR_ARN = f"arn:aws:cloudfront::{FOREIGN}:distribution/E0THEIRS000000"
GROUPS = {**KEYS, "spare": ("spare",)}

OBJECTS = ("a", "b", "a/b", "a.b", "b/a.b")
"""The objects of the bucket."""


@functools.cache
def patterns() -> Drawn[str]:
    """Path patterns over few characters, so that they overlap."""
    loose = st.text(alphabet="ab/.*?", min_size=1, max_size=5)
    usual = st.sampled_from(
        ("/", "a/*", "/a/*", "*.b", "/*.b", "b/*", "a*", "?/*", "a/b*", "*a*", "a?b", "*")
    )
    rooted = st.booleans().flatmap(lambda slash: loose.map(lambda text: f"/{text}" if slash else text))
    return st.one_of(usual, rooted).filter(
        lambda pattern: "//" not in pattern and (pattern == "/" or bool(pattern.strip("/")))
    )


@functools.cache
def some_signers() -> Drawn[Json]:
    """The signers of a behavior: none, one or two groups, or accounts."""
    groups = st.lists(st.sampled_from(sorted(GROUPS)), max_size=2, unique=True)
    accounts = st.lists(st.sampled_from(("self", "111122223333")), min_size=1, max_size=2, unique=True)
    by_groups = groups.map(lambda found: {"groups": found})
    return st.one_of(by_groups, by_groups, accounts.map(lambda found: {"signers": found}))


@functools.cache
def behaviors(targets: tuple[str, ...] = ("s3",)) -> Drawn[list[Json]]:
    """Up to five behaviors in order; no pattern is there twice, whatever its slash."""
    one = st.builds(
        lambda pattern, signers, to, writes: behavior(pattern, to=to, writes=writes, **signers),
        patterns(),
        some_signers(),
        st.sampled_from(targets),
        st.sampled_from((False, False, True)),
    )
    return st.lists(one, max_size=5, unique_by=lambda each: each["PathPattern"].removeprefix("/"))


@functools.cache
def behavior_pairs() -> Drawn[tuple[list[Json], list[Json]]]:
    """Behavior lists before and after a change: reordered, with one changed, added or removed, or all others."""
    return behaviors().flatmap(lambda before: st.tuples(st.just(before), _changed(before)))


def _changed(before: list[Json]) -> Drawn[list[Json]]:
    added = behaviors().map(lambda more: _unique([*more[:1], *before]))
    appended = behaviors().map(lambda more: _unique([*before, *more[:1]]))
    resigned = some_signers().map(
        lambda signers: [behavior(before[0]["PathPattern"], **signers), *before[1:]] if before else []
    )
    return st.one_of(
        st.permutations(before).map(list), added, appended, resigned, st.just(before[1:]), behaviors()
    )


def _unique(found: list[Json]) -> list[Json]:
    return list({each["PathPattern"].removeprefix("/"): each for each in reversed(found)}.values())[::-1]


@functools.cache
def origins() -> Drawn[list[Json]]:
    """The origins "s3" and, maybe, "more": by OAC, by OAI, by neither; with and without an origin path."""

    def one(id_: str) -> Drawn[Json]:
        access = st.sampled_from(
            ({"control": OAC}, {"control": OAC}, {"identity": OAI}, {"control": NEVER}, {"control": ""})
        )
        path = st.sampled_from(("", "", "", "/a", "/b"))
        name = st.sampled_from((MEDIA, MEDIA, "elsewhere"))
        return st.builds(lambda how, where, who: origin(id_, path=where, name=who, **how), access, path, name)

    return st.one_of(one("s3").map(lambda each: [each]), st.tuples(one("s3"), one("more")).map(list))


@functools.cache
@st.composite
def configs(draw: st.DrawFn) -> Json:
    """The configuration of a distribution, with an origin group if it has two origins."""
    found = draw(origins())
    names = [each["Id"] for each in found]
    codes = draw(st.sampled_from(([403, 404], [500])))
    groups = [build.group("both", codes, *names)] if len(found) > 1 else []
    targets = [*names, *(each["Id"] for each in groups)]
    writes = draw(st.booleans())
    default = behavior(to=draw(st.sampled_from(targets)), writes=writes, **draw(some_signers()))
    listed = draw(behaviors(tuple(targets)))
    enabled = draw(st.sampled_from((True, True, True, True, False)))
    root = draw(st.sampled_from(("", "", "a", "a/b", "a.b")))
    return config(*listed, default=default, origins=found, groups=groups, enabled=enabled, root=root)


@functools.cache
@st.composite
def distributions(draw: st.DrawFn) -> Distribution:
    """A distribution of either kind, Deployed or with an older version at some edges."""
    if draw(st.sampled_from((False,) * 5 + (True,))):
        signers = draw(st.sampled_from(((), ("self",))))
        kept = build.streaming(*signers, identity=draw(st.sampled_from((OAI, OTHER_OAI, ""))))
        return Distribution("E0STREAMS00000", (Version(kept),), "streaming-distribution")
    found = draw(st.lists(configs(), min_size=1, max_size=2))
    return Distribution(build.OURS, tuple(Version(each, GROUPS) for each in found))


@functools.cache
def principals() -> Drawn[Any]:
    """The value of Principal or NotPrincipal."""
    one = st.sampled_from(
        (
            {"AWS": "*"},
            {"AWS": OAI_ARN},
            {"AWS": FOREIGN},
            {"AWS": f"arn:aws:iam::{FOREIGN}:role/reader"},
            {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
            {"AWS": [f"arn:aws:iam::{ACCOUNT}:role/admin", OAI_ARN]},
            {"CanonicalUser": OAI_USER},
            {"CanonicalUser": FOREIGN_USER},
            {"Federated": "cognito-identity.amazonaws.com"},
            {"Service": "cloudfront.amazonaws.com"},
            {"Service": ["logging.s3.amazonaws.com", "cloudfront.amazonaws.com"]},
        )
    )
    return st.one_of(st.just("*"), st.just({"Service": "cloudfront.amazonaws.com"}), one, one)


VALUES: dict[str, tuple[Any, ...]] = {
    "aws:SourceArn": (
        OUR_ARN,
        THEIR_ARN,
        f"arn:aws:cloudfront::{ACCOUNT}:distribution/*",
        "arn:aws:cloudfront::*:*",
        "arn:aws:cloudfront::${aws:ResourceAccount}:*",
        "*",
    ),
    "AWS:SourceAccount": (ACCOUNT, FOREIGN, "*", [ACCOUNT, FOREIGN], "${aws:ResourceAccount}"),
    "aws:SourceIp": ("192.0.2.0/24", "0.0.0.0/0", "203.0.0.0/7", ["10.0.0.0/8", "2001:db8::/32"]),
    "aws:SourceVpce": ("vpce-1", "vpce-*"),
    "aws:SecureTransport": ("true", "false", True),
    "aws:PrincipalOrgID": ("o-1", "o-*"),
    "aws:SourceOrgID": ("o-1",),
    "aws:PrincipalAccount": (ACCOUNT, FOREIGN, "${aws:ResourceAccount}"),
    "aws:ResourceAccount": (ACCOUNT, "${aws:PrincipalAccount}", f"${{aws:PrincipalAccount, '{FOREIGN}'}}"),
    "aws:PrincipalArn": (f"arn:aws:iam::{ACCOUNT}:role/*", f"arn:aws:iam::{FOREIGN}:role/reader"),
    "aws:userid": ("AROAEXAMPLE:*", "AIDAEXAMPLE"),
    "aws:Referer": ("https://www.example.com/*",),
    "s3:DataAccessPointAccount": (ACCOUNT, FOREIGN),
    "s3:ExistingObjectTag/open": ("yes",),
}
"""Condition keys with values: fixed, with wildcards, of the account and of others."""

OPERATORS = (
    *("StringEquals", "StringNotEquals", "StringLike", "StringNotLike", "StringEqualsIgnoreCase"),
    *("ArnEquals", "ArnLike", "ArnNotLike", "Bool", "IpAddress", "NotIpAddress", "Null", "NumericEquals"),
    *(
        "StringEqualsIfExists",
        "StringNotEqualsIfExists",
        "ArnLikeIfExists",
        "IpAddressIfExists",
        "BoolIfExists",
    ),
    *(
        "ForAllValues:StringEquals",
        "ForAnyValue:StringEquals",
        "ForAllValues:StringLike",
        "ForAnyValue:StringNotLike",
    ),
)


@functools.cache
def conditions() -> Drawn[Json]:
    """A Condition with one or two operators: those that fit a key, and odd ones.

    Each has a key of its own: of two on one key that nothing is known of, the evaluator cannot say that they exclude
    each other.
    """

    def one(key: str) -> Drawn[tuple[str, str, Any]]:
        fitting = {
            "aws:SourceArn": ("StringEquals", "ArnEquals", "ArnLike", "StringLike", "StringNotEquals"),
            "aws:SourceIp": ("IpAddress", "NotIpAddress"),
            "aws:SecureTransport": ("Bool",),
        }.get(key, ("StringEquals", "StringNotEquals"))
        operators = st.one_of(st.sampled_from(fitting), st.sampled_from(OPERATORS))
        return st.tuples(operators, st.just(key), st.sampled_from(VALUES[key]))

    rows = st.lists(
        st.sampled_from(sorted(VALUES)).flatmap(one),
        min_size=1,
        max_size=2,
        unique_by=lambda row: row[1].lower(),
    )
    return rows.map(_joined)


def _joined(rows: list[tuple[str, str, Any]]) -> Json:
    found: Json = {}
    for operator, key, value in rows:
        fits = "false" if operator == "Null" and value not in ("true", "false", True) else value
        found.setdefault(operator, {})[key] = fits
    return found


@functools.cache
def actions() -> Drawn[Any]:
    """The value of Action or NotAction."""
    usual = (
        "s3:GetObject",
        "s3:GetObject",
        "s3:Get*",
        "S3:getobject",
        "*",
        ["s3:ListBucket", "s3:GetObject"],
    )
    return st.sampled_from((*usual, "s3:PutObject", "s3:PutBucketPolicy", "s3:GetObject?ersion", "s3:Put*"))


@functools.cache
def resources() -> Drawn[Any]:
    """The value of Resource or NotResource, as S3 takes it: always of the bucket."""
    names = ("/*", "/*", "", "/a", "/a/*", "/*.b", "/?", "/a${aws:username}*", "/${*}")
    one = st.sampled_from(names).map(lambda name: f"arn:aws:s3:::{MEDIA}{name}")
    return st.one_of(one, st.lists(one, min_size=1, max_size=2, unique=True))


@functools.cache
@st.composite
def statements(draw: st.DrawFn) -> Json:
    """One statement."""

    def term(name: str, values: Drawn[Any]) -> Json:
        inverted = draw(st.sampled_from((False,) * 7 + (True,)))
        return {f"Not{name}" if inverted else name: draw(values)}

    document = {"Effect": draw(st.sampled_from(("Allow", "Allow", "Allow", "Deny")))}
    document |= term("Principal", principals()) | term("Action", actions()) | term("Resource", resources())
    condition = draw(st.one_of(st.none(), conditions(), conditions()))
    return document | ({"Condition": condition} if condition else {})


@functools.cache
def policies() -> Drawn[Json | None]:
    """A bucket policy of up to four statements; None for none."""
    return st.lists(statements(), max_size=4).map(lambda found: build.policy(*found) if found else None)


@functools.cache
def blocks() -> Drawn[Json]:
    """Block public access: each switch by itself, or all of them."""
    each = st.fixed_dictionaries(dict.fromkeys(OPEN, st.booleans()))
    return st.one_of(st.booleans().map(lambda on: dict.fromkeys(OPEN, on)), each)


@functools.cache
def acls() -> Drawn[Json | None]:
    """An object's ACL: the default, or grants to users and groups; owned by the account, or by another one."""
    who = st.sampled_from((ALL_USERS, AUTHENTICATED_USERS, OAI_USER, OTHER_OAI_USER, FOREIGN_USER, "c" * 64))
    grants = st.lists(
        st.tuples(who, st.sampled_from(("READ", "FULL_CONTROL", "READ_ACP", "WRITE_ACP"))), max_size=3
    )
    owner = st.sampled_from((OWNER,) * 4 + (FOREIGN_USER,))
    return st.one_of(st.none(), st.builds(lambda rows, user: acl(*rows, owner=user), grants, owner))


@functools.cache
@st.composite
def buckets(draw: st.DrawFn) -> Bucket:
    """The bucket with a policy, blocks, ownership, an ACL of its own, and the ACLs of its objects."""
    groups = st.lists(
        st.tuples(
            st.sampled_from((ALL_USERS, AUTHENTICATED_USERS, FOREIGN_USER)),
            st.sampled_from(("READ", "WRITE")),
        ),
        max_size=1,
    )
    return Bucket(
        MEDIA,
        draw(policies()),
        draw(st.sampled_from((ENFORCED, ENFORCED, "BucketOwnerPreferred", "ObjectWriter"))),
        draw(blocks()),
        acl(*draw(groups)),
        {key: draw(acls()) for key in OBJECTS},
    )


@functools.cache
@st.composite
def states(draw: st.DrawFn) -> State:
    """An account with the bucket and up to two distributions."""
    one = draw(buckets())
    found = draw(st.lists(distributions(), max_size=2, unique_by=lambda each: each.id))
    return State(
        buckets={MEDIA: one},
        distributions=tuple(found),
        identities={OAI: OAI_USER, OTHER_OAI: OTHER_OAI_USER},
        controls=CONTROLS,
    )


def keys_of(*found: State) -> tuple[str, ...]:
    """The evaluator's own keys for these states: their objects, and keys around their patterns."""
    objects = {key for each in found for bucket in each.buckets.values() for key in bucket.objects}
    return keys_for(patterns_in(found), objects)
