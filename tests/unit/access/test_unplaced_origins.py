"""Distributions of the account that a statement names, and whose origins are not known to lead elsewhere."""

from dataclasses import replace
from typing import Any

import pytest

from cfstream.access.evaluate import evaluate
from cfstream.access.expected import Expected
from cfstream.access.model import AccessModel
from cfstream.access.openings import openings
from cfstream.access.policy import Declared
from cfstream.access.reader import Reader, ReaderKind
from cfstream.access.report import Opening
from cfstream.domain import Distribution
from cfstream.domain.distribution import Origin
from tests.unit.access.models import ACCOUNT, arn_of, behavior, distribution, model, to_oac

OWN = distribution("E1", behavior("", "G1"), oac="E3OAC")
ELSEWHERE = ["other.s3.eu-west-1.amazonaws.com", "www.example.com", "abc.lambda-url.eu-west-1.on.aws"]
UNKNOWN_BUCKETS = [
    "lambda-abc--ol-s3.s3.eu-west-1.amazonaws.com",
    "theirs-abc-s3alias.s3.eu-west-1.amazonaws.com",
    "abc.mrap.accesspoint.s3-global.amazonaws.com",
    "media.s3-accelerate.amazonaws.com",
    "media.s3-fips.eu-west-1.amazonaws.com",
    "s3.eu-west-1.amazonaws.com",
    "media",
]


def by(domain: str, *groups: str, id_: str = "E9", oac: str = "E3OAC") -> Distribution:
    """Return a distribution with one origin of this name."""
    only = Origin("s3", domain, "", "", oac)
    return replace(distribution(id_, behavior("", *groups, origins=[only])), origins=(only,))


def found(here: AccessModel, **declared: Any) -> tuple[Opening, ...]:
    """Return the openings."""
    signer = Reader(ReaderKind.KEY_GROUP, "lectures-signers")
    wanted = Expected("lectures", Declared(ACCOUNT, **declared), frozenset({signer}))
    return openings(evaluate(here)[0], wanted).openings


def here(*others: Distribution, actions: Any = "s3:GetObject", **more: Any) -> AccessModel:
    """Return a model whose policy allows the distribution E9."""
    theirs = {**to_oac("E9", sid="theirs"), "Action": actions}
    return model(OWN, *others, policy=[to_oac(), theirs], **more)


@pytest.mark.parametrize("domain", UNKNOWN_BUCKETS)
@pytest.mark.parametrize("actions", ["s3:GetObject", "s3:PutObject"])
def test_an_origin_that_may_lead_here(domain: str, actions: str) -> None:
    """The distribution is an opening, and not certain."""
    (one,) = found(here(by(domain), actions=actions))
    assert str(one.reader) == f"distribution {arn_of('E9')}"
    assert f"its origin {domain} leads to this bucket" in one.text
    listed = ("also_managed_by" if "Put" in actions else "also_read_by", (arn_of("E9"),))
    assert found(here(by(domain), actions=actions), **dict([listed])) == ()


@pytest.mark.parametrize("domain", ELSEWHERE)
def test_an_origin_that_leads_elsewhere(domain: str) -> None:
    """It does not read the bucket."""
    assert found(here(by(domain))) == ()


def test_distributions_that_do_not_sign_their_requests() -> None:
    """Without an OAC CloudFront does not sign as the distribution; a disabled or deleted one sends nothing."""
    assert found(here(by(UNKNOWN_BUCKETS[0], oac=""))) == ()
    assert found(here(replace(by(UNKNOWN_BUCKETS[0]), enabled=False))) == ()
    assert found(here()) == ()


def test_a_second_origin_beside_a_known_one() -> None:
    """The known origin does not hide the other one."""
    both = replace(
        distribution(
            "E9", behavior("/x/*", origins=by(UNKNOWN_BUCKETS[0]).origins), behavior("", "G1"), oac="E3OAC"
        ),
    )
    assert f"distribution {arn_of('E9')}" in {str(each.reader) for each in found(here(both))}


def test_signers_of_a_stack_are_inside() -> None:
    """Another stack's own signers reach its origins, and nobody else does."""
    stacks = {"E1": "lectures", "E9": "other"}
    assert found(here(by(UNKNOWN_BUCKETS[0], "G1"), stacks=stacks)) == ()
    assert len(found(here(by(UNKNOWN_BUCKETS[0]), stacks=stacks))) == 1


@pytest.mark.parametrize("domain", ["MEDIA.s3.eu-west-1.amazonaws.com", "media.S3.eu-west-1.AMAZONAWS.com"])
def test_the_case_of_a_domain_name_makes_no_difference(domain: str) -> None:
    """The origin leads to the bucket, and its viewers are judged."""
    (one,) = found(here(by(domain)))
    assert str(one.reader) == "anyone"
