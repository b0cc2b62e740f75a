"""What belongs to a distribution in a state, and what Terraform must forget."""

import pytest

from cfstream.terraform import CONTROL, GROUP, KEY, ManagedBySpec, belonging, read_state
from tests.unit.terraform.states import ATTRIBUTES, DISTRIBUTION, row, state_file

OWN = f"{DISTRIBUTION}.lectures"
FOREIGN = {
    "aws_s3_bucket_object.film",
    "aws_s3_bucket.foreign",
    "aws_cloudfront_key_group.other",
    "aws_cloudfront_public_key.two",
    "aws_route53_record.mail",
    "aws_instance.web",
}


def test_everything_that_it_refers_to_belongs_to_it() -> None:
    """Identities, keys, policies, functions, the certificate, its buckets and the records that lead to it."""
    found = belonging(read_state(state_file(), "it"), {OWN: ManagedBySpec()})[OWN]
    assert [each.address for each in found] == [each for each in ATTRIBUTES if each not in FOREIGN]
    assert all(each.why for each in found)


@pytest.mark.parametrize(
    ("manages", "others"),
    [
        (ManagedBySpec(), set()),
        (ManagedBySpec(bucket="lectures-media"), {"aws_s3_bucket_policy.media"}),
        (ManagedBySpec(bucket="old-media"), {"aws_s3_bucket_policy.old"}),
        (ManagedBySpec(cnames=frozenset({"media.example.com"})), {"aws_route53_record.media"}),
        (ManagedBySpec(cnames=frozenset({"clips.example.com"})), {"aws_route53_record.clips"}),
        (ManagedBySpec(cnames=frozenset({"www.example.com"})), set()),
        (
            ManagedBySpec(
                owned=frozenset({(CONTROL, "cfstream-lectures"), (GROUP, "signers"), (KEY, "one")})
            ),
            {f"{CONTROL}.media", f"{GROUP}.signers", f"{KEY}.one"},
        ),
    ],
)
def test_terraform_must_forget_what_the_spec_manages(manages: ManagedBySpec, others: set[str]) -> None:
    """The distribution, the policy of the spec's own bucket, its address records and its own resources."""
    found = belonging(read_state(state_file(), "it"), {OWN: manages})[OWN]
    assert {each.address for each in found if each.managed} == {OWN, *others}


def test_terraform_keeps_everything_of_a_distribution_without_a_spec() -> None:
    """The distribution too: nobody else would manage it."""
    found = belonging(read_state(state_file(), "it"), {OWN: None})[OWN]
    assert found[0].address == OWN
    assert not any(each.managed for each in found)


def test_a_resource_of_two_distributions_names_the_other() -> None:
    """So that nobody removes it for one of them only."""
    other = f"{DISTRIBUTION}.clips"
    attributes = {**ATTRIBUTES[OWN], "id": "E2", "domain_name": "d2.cloudfront.net"}
    rows = [row(address, each) for address, each in ATTRIBUTES.items()]
    state = read_state(state_file(*rows, row(other, attributes)), "it")
    shared = {each.address: each.shared for each in belonging(state, {OWN: ManagedBySpec()})[OWN]}
    assert shared["aws_s3_bucket_policy.media"] == (other,)
    assert shared["aws_route53_record.media"] == ()
    assert [*belonging(state, {other: ManagedBySpec()})] == [other]


def test_a_distribution_with_two_addresses_leaves_both() -> None:
    """Otherwise Terraform would go on managing it. A resource of both is not shared with another distribution."""
    again = f"{DISTRIBUTION}.again"
    rows = [row(address, each) for address, each in ATTRIBUTES.items()]
    state = read_state(state_file(*rows, row(again, ATTRIBUTES[OWN])), "it")
    found = belonging(state, {OWN: ManagedBySpec()})[OWN]
    assert [(each.address, each.also_at) for each in found if each.managed] == [
        (OWN, (again,)),
        (again, (OWN,)),
    ]
    assert found[1].why == "the distribution; Terraform has it twice"
    assert not any(each.shared for each in found)
