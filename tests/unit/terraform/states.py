"""States of Terraform: the same resources as a state file and as the output of ``terraform show -json``."""

import json
from typing import Any

DISTRIBUTION = "aws_cloudfront_distribution"
CLOUDFRONT = "d111111abcdef8.cloudfront.net"

ATTRIBUTES: dict[str, dict[str, Any]] = {
    f"{DISTRIBUTION}.lectures": {
        "id": "E1UGDLB9XZBD79",
        "arn": "arn:aws:cloudfront::123456789012:distribution/E1UGDLB9XZBD79",
        "domain_name": CLOUDFRONT,
        "aliases": ["media.example.com"],
        "web_acl_id": "",
        "logging_config": [{"bucket": "our-logs.s3.amazonaws.com"}],
        "origin": [
            {
                "domain_name": "lectures-media.s3.eu-west-1.amazonaws.com",
                "origin_access_control_id": "E2CONTROL",
            },
            {
                "domain_name": "old-media.s3.amazonaws.com",
                "s3_origin_config": [
                    {"origin_access_identity": "origin-access-identity/cloudfront/E3IDENTITY"}
                ],
            },
        ],
        "default_cache_behavior": [
            {
                "trusted_key_groups": ["group-1"],
                "cache_policy_id": "policy-1",
                "realtime_log_config_arn": "arn:aws:cloudfront::123456789012:realtime-log-config/it",
            }
        ],
        "ordered_cache_behavior": [
            {"function_association": [{"function_arn": "arn:aws:cloudfront::123456789012:function/rewrite"}]}
        ],
        "viewer_certificate": [{"acm_certificate_arn": "arn:aws:acm:us-east-1:123456789012:certificate/1"}],
    },
    "aws_s3_bucket.media": {"id": "lectures-media", "bucket": "lectures-media"},
    "aws_s3_bucket_policy.media": {"id": "lectures-media", "bucket": "lectures-media", "policy": "{}"},
    "aws_s3_bucket_policy.old": {"id": "old-media", "bucket": "old-media", "policy": "{}"},
    "aws_s3_bucket_public_access_block.media": {"id": "lectures-media", "bucket": "lectures-media"},
    "aws_s3_bucket_object.film": {"id": "film", "bucket": "lectures-media"},
    "aws_s3_bucket.logs": {"id": "our-logs", "bucket": "our-logs"},
    "aws_s3_bucket.foreign": {"id": "foreign", "bucket": "foreign"},
    "aws_cloudfront_origin_access_control.media": {"id": "E2CONTROL", "name": "cfstream-lectures"},
    "aws_cloudfront_origin_access_identity.old": {"id": "E3IDENTITY"},
    "aws_cloudfront_key_group.signers": {"id": "group-1", "name": "signers", "items": ["K1"]},
    "aws_cloudfront_key_group.other": {"id": "group-2", "name": "signers", "items": ["K2"]},
    "aws_cloudfront_public_key.one": {"id": "K1", "name": "one", "encoded_key": "secret?"},
    "aws_cloudfront_public_key.two": {"id": "K2"},
    "aws_cloudfront_cache_policy.own": {"id": "policy-1"},
    "aws_cloudfront_function.rewrite": {
        "id": "rewrite",
        "arn": "arn:aws:cloudfront::123456789012:function/rewrite",
    },
    "aws_cloudfront_realtime_log_config.it": {
        "id": "it",
        "arn": "arn:aws:cloudfront::123456789012:realtime-log-config/it",
    },
    "aws_acm_certificate.media": {"id": "x", "arn": "arn:aws:acm:us-east-1:123456789012:certificate/1"},
    "aws_route53_record.media": {
        "id": "Z_A",
        "name": "media.example.com",
        "type": "A",
        "alias": [{"name": f"{CLOUDFRONT}."}],
    },
    "aws_route53_record.clips": {
        "id": "Z_B",
        "name": "clips",
        "fqdn": "Clips.example.com",
        "type": "AAAA",
        "alias": [{"name": CLOUDFRONT}],
    },
    "aws_route53_record.www": {
        "id": "Z_C",
        "name": "www.example.com",
        "type": "CNAME",
        "records": [CLOUDFRONT.upper()],
    },
    "aws_route53_record.mail": {"id": "Z_M", "records": ["mail.example.com"]},
    "aws_instance.web": {"id": "i-1"},
}


def row(address: str, attributes: Any, *, module: str = "", **more: Any) -> dict[str, Any]:
    """Return a resource of a state file with one instance; `more` are members of the instance."""
    type_, name = address.split(".")
    where = {"module": module} if module else {}
    return {
        **where,
        "mode": "managed",
        "type": type_,
        "name": name,
        "provider": 'provider["registry.terraform.io/hashicorp/aws"]',
        "instances": [{"schema_version": 1, "attributes": attributes, **more}],
    }


def state_file(*rows: Any) -> str:
    """Return a state file with these resources, by default all of `ATTRIBUTES`."""
    found = list(rows) or [row(address, each) for address, each in ATTRIBUTES.items()]
    return json.dumps({"version": 4, "terraform_version": "1.9.5", "serial": 3, "resources": found})


def show_json() -> str:
    """Return what ``terraform show -json`` prints for the same resources: the distribution is in a module."""
    found = [
        {"address": address, "mode": "managed", "type": address.split(".")[0], "values": each}
        for address, each in ATTRIBUTES.items()
    ]
    root = {
        "resources": found[1:],
        "child_modules": [{"resources": [{**found[0], "address": f"module.cdn.{found[0]['address']}"}]}],
    }
    return json.dumps({"format_version": "1.0", "values": {"root_module": root}})
