"""Terraform's states: what is read from them, and what is not a state."""

import codecs
import json
from typing import Any

import pytest

from cfstream.terraform import NotAState, belonging, decoded, read_state
from tests.unit.terraform.states import ATTRIBUTES, DISTRIBUTION, row, show_json, state_file


def test_both_forms_have_the_same_resources() -> None:
    """A state file and the output of `show -json` give the same resources. The latter has the module's address."""
    of_file, of_show = (read_state(text, "it") for text in (state_file(), show_json()))
    assert [each.address for each in of_file.resources] == [*ATTRIBUTES]
    by_type = [sorted((each.type, each.id) for each in found.resources) for found in (of_file, of_show)]
    assert by_type[0] == by_type[1]
    assert of_show.distributions[0].address == f"module.cdn.{DISTRIBUTION}.lectures"


@pytest.mark.parametrize(
    ("index", "address"),
    [
        ({}, "this"),
        ({"index_key": 0}, "this[0]"),
        ({"index_key": "eu"}, 'this["eu"]'),
        ({"index_key": 'a "b" \\'}, 'this["a \\"b\\" \\\\"]'),
        ({"index_key": "${x}%{y}"}, 'this["$${x}%%{y}"]'),
        ({"index_key": "zürich"}, 'this["zürich"]'),
    ],
)
def test_an_address_has_its_index(index: dict[str, Any], address: str) -> None:
    """Indexes of `count` are numbers. Those of `for_each` are in quotation marks, with Terraform's escapes."""
    text = state_file(row(f"{DISTRIBUTION}.this", {"id": "E1"}, module='module.cdn["a.b"]', **index))
    (found,) = read_state(text, "it").resources
    assert found.address == f'module.cdn["a.b"].{DISTRIBUTION}.{address}'


@pytest.mark.parametrize(
    ("raw", "written"),
    [
        ("\n\r\t", "\\n\\r\\t"),
        ("\x1b[2J\b\x7f", "\\u001b[2J\\u0008\\u007f"),
        ("\u202e\U000e0001", "\\u202e\\U000e0001"),
    ],
)
def test_an_address_has_no_control_characters(raw: str, written: str) -> None:
    """They have the escapes of HCL, so the address is safe to print, and still names the resource."""
    resource = {"address": f'{DISTRIBUTION}.this["{raw}"]', "mode": "managed", "type": DISTRIBUTION}
    show = json.dumps({"format_version": "1.0", "values": {"root_module": {"resources": [resource]}}})
    file = state_file(row(f"{DISTRIBUTION}.this", {}, index_key=raw))
    for text in (show, file):
        (found,) = read_state(text, "it").resources
        assert found.address == f'{DISTRIBUTION}.this["{written}"]'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_state_may_be_in_utf_16(encoding: str) -> None:
    """PowerShell's `>` writes UTF-16 with a byte order mark."""
    text = state_file(row(f"{DISTRIBUTION}.this", {}, index_key="zürich"))
    for data in (text.encode(encoding), codecs.BOM_UTF16_BE + text.encode("utf-16-be")):
        (found,) = read_state(decoded(data), "it").resources
        assert found.address == f'{DISTRIBUTION}.this["zürich"]'


REAL: Any = {
    "aliases": None,
    "web_acl_id": "",
    "logging_config": [],
    "origin": [
        {
            "domain_name": "csv.example.com.s3.eu-west-2.amazonaws.com",
            "origin_access_control_id": "",
            "custom_origin_config": [],
            "s3_origin_config": [{"origin_access_identity": "origin-access-identity/cloudfront/E3IDENTITY"}],
        }
    ],
    "default_cache_behavior": [
        {
            "cache_policy_id": "",
            "forwarded_values": [{"cookies": [{"forward": "none", "whitelisted_names": []}], "headers": []}],
            "function_association": [],
            "grpc_config": [{"enabled": False}],
            "trusted_key_groups": [],
        }
    ],
    "trusted_key_groups": [{"enabled": False, "items": []}],
    "viewer_certificate": [{"acm_certificate_arn": "", "cloudfront_default_certificate": True}],
}
"""The attributes of a distribution as the providers of version 4 to 6 write them: null, empty texts and lists."""


@pytest.mark.parametrize("sensitive", [None, [], [[{"type": "get_attr", "value": "origin"}]]])
def test_a_state_as_the_providers_write_it(sensitive: Any) -> None:
    """Empty values lead to nothing. Values that are marked as sensitive are in the state, and are read."""
    own = {"id": "E1", "domain_name": "d1.cloudfront.net", **REAL}
    bucket, identity = "csv.example.com", "origin-access-identity/cloudfront/E3IDENTITY"
    more: Any = {"private": "x", "dependencies": []} | (
        {} if sensitive is None else {"sensitive_attributes": sensitive}
    )
    rows = [
        row(f"{DISTRIBUTION}.this", own, module='module.media["eu"]', index_key=0, **more),
        row(
            "aws_s3_bucket_policy.this",
            {"id": bucket, "bucket": bucket, "region": "eu-west-2"},
            index_key="a",
        ),
        row(
            "aws_cloudfront_origin_access_identity.this",
            {"id": "E3IDENTITY", "cloudfront_access_identity_path": identity},
        ),
        row(
            "aws_route53_record.this",
            {"name": "csv", "type": "A", "records": None, "alias": [{"name": "d1.cloudfront.net"}]},
        ),
        row("aws_route53_record.other", {"name": "x", "type": "CNAME", "records": None, "alias": []}),
        row("aws_cloudfront_cache_policy.other", {"id": "", "name": None}),
    ]
    state = read_state(state_file(*rows), "it")
    (address,) = state.addresses("E1")
    assert address == f'module.media["eu"].{DISTRIBUTION}.this[0]'
    found = belonging(state, {address: None})[address]
    assert [each.address.split(".")[0] for each in found[1:]] == [
        "aws_s3_bucket_policy",
        "aws_cloudfront_origin_access_identity",
        "aws_route53_record",
    ]


def test_only_resources_that_terraform_manages_count() -> None:
    """Data sources are left out. Instances that are only waiting to be deleted are not resources of their own."""
    data = {**row(f"{DISTRIBUTION}.read", {"id": "E1"}), "mode": "data"}
    old = row(f"{DISTRIBUTION}.this", {"id": "E2"}, deposed="00000001", index_key=0)
    found = read_state(state_file(data, old), "it")
    assert found.resources == ()
    assert [(each.address, each.id) for each in found.deposed] == [(f"{DISTRIBUTION}.this[0]", "E2")]


def test_a_state_of_opentofu_is_known_by_its_providers() -> None:
    """Its commands begin with tofu."""
    assert read_state(state_file(), "it").program == "terraform"
    assert read_state(state_file().replace("terraform.io", "opentofu.org"), "it").program == "tofu"


def test_attributes_are_not_shown() -> None:
    """They may be secret."""
    assert "secret?" not in repr(read_state(state_file(), "it"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is empty"),
        ("PK\x03\x04", "is a saved plan"),
        ('resource "aws_s3_bucket" "media" {\n}\n', "is a configuration"),
        ("version: 4", "not valid JSON"),
        ("[" * 100_000, "not valid JSON"),
        ("[]", "is not a state"),
        ('{"name": "player"}', "is not a state"),
        ('{"version": 4}', "is not a state"),
        ('{"version": 5, "resources": []}', "cannot read"),
        ('{"version": 3, "modules": []}', "which Terraform before 0.12 wrote"),
        ('{"version": 3, "backend": {"type": "s3"}}', "remote state (backend s3)"),
        ('{"encrypted_data": "…", "encryption_version": "v0"}', "is encrypted by OpenTofu"),
        ('{"format_version": "1.2", "planned_values": {}}', "is a plan"),
        ('{"format_version": "1.0"}', "is an empty state"),
        ('{"format_version": "1.0", "terraform_version": "1.9.8", "checks": []}', "is an empty state"),
        ('{"format_version": "2.0", "values": {}}', "of a version that cfstream cannot read"),
        (
            '{"format_version": "1.0", "resource": {"address": "a.b"}, "diagnostics": []}',
            "from terraform state show",
        ),
        ('{"format_version": "1.0", "provider_schemas": {}}', "is not a state"),
        ('# aws_s3_bucket.media:\nresource "aws_s3_bucket" "media" {\n}\n', "without -json"),
        ('# module.a.aws_s3_bucket.b[0]: (tainted)\nresource "x" "b" {\n}\n', "without -json"),
    ],
)
def test_a_document_that_is_not_a_state_is_named(text: str, words: str) -> None:
    """The error names the file, what it is instead, and a command that writes a state."""
    with pytest.raises(NotAState) as raised:
        read_state(text, "it.json")
    assert raised.value.what.startswith("it.json ")
    assert words in raised.value.what
    assert " state list" in raised.value.do or " show -json > state.json" in raised.value.do


@pytest.mark.parametrize(
    "rows",
    [
        [None],
        [{"mode": "managed", "instances": [{}]}],
        [{**row("a.b", {}), "instances": [None]}],
        [row("a.b", "x")],
    ],
)
def test_a_damaged_state_is_not_a_crash(rows: list[Any]) -> None:
    """The error says that the file is damaged."""
    with pytest.raises(NotAState, match="it is damaged"):
        read_state(json.dumps({"version": 4, "resources": rows}), "it")
