"""What belongs to a distribution in a state, and what Terraform must forget."""

from cfstream.terraform import ManagedBySpec, belonging, read_state
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


def test_terraform_must_forget_what_the_spec_manages() -> None:
    """The distribution always; the policy and the records only if the spec manages them."""
    state = read_state(state_file(), "it")

    def managed(manages: ManagedBySpec) -> set[str]:
        return {each.address for each in belonging(state, {OWN: manages})[OWN] if each.managed}

    assert managed(ManagedBySpec(policy=False)) == {OWN}
    assert managed(ManagedBySpec()) == {OWN, "aws_s3_bucket_policy.media"}
    records = {"aws_route53_record.media", "aws_route53_record.www"}
    assert managed(ManagedBySpec(records=True)) == {OWN, "aws_s3_bucket_policy.media", *records}


def test_what_two_distributions_use_names_the_other() -> None:
    """So that nobody removes it for one of them only."""
    other = f"{DISTRIBUTION}.clips"
    attributes = {**ATTRIBUTES[OWN], "id": "E2", "domain_name": "d2.cloudfront.net"}
    rows = [row(address, each) for address, each in ATTRIBUTES.items()]
    state = read_state(state_file(*rows, row(other, attributes)), "it")
    shared = {each.address: each.shared for each in belonging(state, {OWN: ManagedBySpec()})[OWN]}
    assert shared["aws_s3_bucket_policy.media"] == (other,)
    assert shared["aws_route53_record.media"] == ()
    assert [*belonging(state, {other: ManagedBySpec()})] == [other]
