"""The links of every way to one object, each with its place in the spec, its Sid, or ``live``."""

from dataclasses import replace
from typing import Any, NamedTuple

import pytest

from cfstream.access.evaluate import evaluate_key
from cfstream.access.model import AccessModel
from cfstream.domain import AclGrant, Block, Distribution
from cfstream.planning.chains import chains
from cfstream.values import Json
from tests.unit.access.models import (
    OAI,
    OTHER,
    USER,
    allow,
    behavior,
    distribution,
    model,
    objects,
    to_oac,
    to_oai,
)
from tests.unit.kinds.live import context

KEY = "thumbs/a.jpg"
SPEC = """version: 1
name: lectures
bucket: media
cnames: [media.example.com]
{fields}
"""
SIGNED = SPEC.format(fields="trusted_signers: [self]")
CLOUDFRONT = {"Service": "cloudfront.amazonaws.com"}
ANYONE = "anyone may read"
DOMAIN = "host: media.example.com, d1.cloudfront.net"
FOLDER = "arn:aws:s3:::media/${aws:PrincipalTag/folder}/*"
OURS = "statement: ours (Sid ours)"
OPEN = distribution("E1", behavior(""), oac="C1")
HTTP = "lectures.yaml:6"
LINES = """key_groups: [{use: lectures-signers}]
http:
  behaviors:
    - path: thumbs/*
"""


class Case(NamedTuple):
    """A spec, what is live, and the chains to the object."""

    text: str
    live: AccessModel
    expected: list[list[str]]


def named(live: Distribution) -> Distribution:
    """Return the distribution with its host names."""
    return replace(live, domain_name="d1.cloudfront.net", aliases=("media.example.com",))


def own(live: Distribution, *policy: Json, **more: Any) -> AccessModel:
    """Return what is live with the stack's distribution and a policy, by default for its OAC."""
    return model(named(live), policy=policy or (to_oac(),), **more)


CASES = {
    "the default behavior": Case(
        SIGNED,
        own(distribution("E1", behavior("", accounts=["self"]), oac="C1")),
        [
            [
                "signers of this account may read",
                f"{DOMAIN} (lectures.yaml:4)",
                "behavior: default behavior of distribution E1 (lectures.yaml:2)",
                "signers: this account (lectures.yaml:5)",
                "identity: OAC C1 (lectures.yaml:2)",
                OURS,
            ]
        ],
    ),
    "a public stack, read with an OAI": Case(
        SPEC.format(fields="public: true\noai: {}"),
        own(distribution("E1", behavior(""), oai=OAI), to_oai()),
        [
            [
                ANYONE,
                f"{DOMAIN} (lectures.yaml:4)",
                "behavior: default behavior of distribution E1 (lectures.yaml:2)",
                "signers: nobody needs to sign (lectures.yaml:5)",
                "identity: OAI E2OAI (lectures.yaml:6)",
                OURS,
            ]
        ],
    ),
    "a behavior without signers of its own in the spec": Case(
        SPEC.format(fields=LINES),
        own(distribution("E1", behavior("/thumbs/*", "G1", accounts=[OTHER]), behavior("", "G1"), oac="C1")),
        [
            [
                f"{reader} may read",
                f"{DOMAIN} (lectures.yaml:4)",
                "behavior: /thumbs/* of distribution E1 (lectures.yaml:8)",
                f"signers: key group lectures-signers, account {OTHER} (lectures.yaml:5)",
                "identity: OAC C1 (lectures.yaml:2)",
                OURS,
            ]
            for reader in (f"signers of account {OTHER}", "key group lectures-signers")
        ],
    ),
    "a public behavior of the spec": Case(
        SPEC.format(fields=LINES + "      public: true"),
        own(distribution("E1", behavior("/thumbs/*"), behavior("", "G1"), oac="C1")),
        [
            [
                ANYONE,
                f"{DOMAIN} (lectures.yaml:4)",
                "behavior: /thumbs/* of distribution E1 (lectures.yaml:8)",
                "signers: nobody needs to sign (lectures.yaml:9)",
                "identity: OAC C1 (lectures.yaml:2)",
                OURS,
            ]
        ],
    ),
    "a behavior that the spec does not name": Case(
        SPEC.format(fields=LINES.replace("thumbs", "posters")),
        own(distribution("E1", behavior("thumbs/*"), behavior("", "G1"), oac="C1")),
        [
            [
                ANYONE,
                f"{DOMAIN} (lectures.yaml:4)",
                "behavior: thumbs/* of distribution E1 (live)",
                "signers: nobody needs to sign (live)",
                "identity: OAC C1 (lectures.yaml:2)",
                OURS,
            ]
        ],
    ),
    "another distribution": Case(
        SIGNED,
        model(named(distribution("E2", behavior(""), oac="C1")), policy=[to_oac("E2", sid="")]),
        [
            [
                ANYONE,
                f"{DOMAIN} (live)",
                "behavior: default behavior of distribution E2 (live)",
                "signers: nobody needs to sign (live)",
                "identity: OAC C1 (live)",
                "statement: 1 (without a Sid) (live)",
            ]
        ],
    ),
    "no identity: the distribution, and everyone": Case(
        SPEC.format(fields="public: true\norigin_access: none"),
        own(distribution("E1", behavior("")), allow("ours", "*"), block=Block()),
        [
            [
                ANYONE,
                f"{DOMAIN} (lectures.yaml:4)",
                "behavior: default behavior of distribution E1 (lectures.yaml:2)",
                "signers: nobody needs to sign (lectures.yaml:5)",
                "identity: none: CloudFront reads S3 unsigned (lectures.yaml:6)",
                OURS,
            ],
            [ANYONE, OURS],
            [ANYONE, "way: with any AWS account (live)", OURS],
            [ANYONE, "way: through a distribution of any account (live)", OURS],
            [ANYONE, "way: through another AWS service for any account (live)", OURS],
            ["account 123456789012 may read", OURS],
        ],
    ),
    "distributions of any account": Case(
        SIGNED,
        model(policy=[allow("ours", CLOUDFRONT)]),
        [[ANYONE, "way: through a distribution of any account (live)", OURS]],
    ),
    "an undecided clause": Case(
        SIGNED,
        own(OPEN, {**to_oac(), "Resource": FOLDER}),
        [
            [
                ANYONE,
                f"{DOMAIN} (lectures.yaml:4)",
                "behavior: default behavior of distribution E1 (lectures.yaml:2)",
                "signers: nobody needs to sign (lectures.yaml:5)",
                "identity: OAC C1 (lectures.yaml:2)",
                OURS,
                f"undecided: statement ours: a policy variable (Resource {FOLDER}) (live)",
            ]
        ],
    ),
    "the ACL of the object": Case(
        SIGNED,
        own(
            distribution("E1", behavior("", accounts=["self"]), oai=OAI),
            ownership="ObjectWriter",
            objects=objects(**{"thumbs/a_jpg": [USER]}),
        ),
        [
            [
                "signers of this account may read",
                f"{DOMAIN} (lectures.yaml:4)",
                "behavior: default behavior of distribution E1 (lectures.yaml:2)",
                "signers: this account (lectures.yaml:5)",
                "identity: OAI E2OAI (lectures.yaml:2)",
                "ACL: object ACL (live)",
            ]
        ],
    ),
    "the ACL of the bucket": Case(
        SIGNED,
        own(OPEN, to_oac("E9"), ownership="ObjectWriter", grants=(AclGrant("8" * 96, "READ"),)),
        [[f"canonical {'8' * 96} may list", "ACL: bucket ACL (live)"]],
    ),
    "a statement about something else than reading": Case(
        SIGNED,
        model(
            policy=[
                allow("ours", {"AWS": f"arn:aws:iam::{OTHER}:root"}, Action="s3:PutObjectAcl"),
                {**allow("theirs", CLOUDFRONT, Action="s3:PutObject"), "Resource": FOLDER},
            ]
        ),
        [
            [
                "anyone may write",
                "way: through a distribution of any account (live)",
                "statement: theirs (Sid theirs)",
                f"undecided: statement theirs: a policy variable (Resource {FOLDER}) (live)",
            ],
            [f"account {OTHER} may manage", OURS],
        ],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_each_link_has_its_place(name: str) -> None:
    """From the host name to the statement or ACL, for every way."""
    text, live, expected = CASES[name]
    found = [
        [
            f"{each.reader.prose} may {each.may}",
            *(f"{link.what}: {link.detail} ({link.source})" for link in each.links),
        ]
        for each in chains(context(text), evaluate_key(live, KEY))
    ]
    assert found == expected
