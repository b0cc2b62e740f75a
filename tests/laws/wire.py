"""Configs of both kinds of distribution, drawn from botocore's model, so that every field is covered.

A draw depends only on a number. The result has the form of CloudFront's replies: quantities agree, signers are of one
kind, the default behavior leads to a bucket.
"""

import functools
import random
from typing import Any

import botocore.session

Json = dict[str, Any]

BUCKET = "lectures-media"
ACCOUNT = "123456789012"
GROUPS = ("11111111-aaaa-4bbb-8ccc-000000000001", "11111111-aaaa-4bbb-8ccc-000000000002", "newsroom")
SIGNERS = ("self", "111122223333", "444455556666")
CERTIFICATE = f"arn:aws:acm:us-east-1:{ACCOUNT}:certificate/0b5e2b6c-1c1a-4f3e-9a57-3f3a3f1c2d4e"
FUNCTIONS = tuple(f"arn:aws:cloudfront::{ACCOUNT}:function/{name}" for name in ("rewrite", "headers"))
EVENTS = ("viewer-request", "viewer-response")
HOSTS = ("s3.us-east-1", "s3", "s3-us-east-1", "s3.dualstack.us-east-1")
PATHS = ("/posters/*", "/clips/*", "*.m3u8", "/drafts/?.mp4", "*")
WORDS = (
    "",
    "Private lectures",
    "yes",
    "012",
    "a: b # c",
    "- x",
    "Vorträge\nund mehr",
    "\u2028",
    "x" * 128,
    "x" * 129,
)
ALIASES = ("media.example.com", "*.example.com", "_odd.example.com", "MEDIA.example.org")


@functools.cache
def model() -> Any:
    """Return botocore's model of CloudFront."""
    return botocore.session.get_session().get_service_model("cloudfront")


def http_config(seed: int, *, whole: bool = False) -> Json:
    """Return a DistributionConfig; with `whole`, one with every field of the model."""
    draw = random.Random(seed)
    config: Json = _drawn(model().shape_for("DistributionConfig"), draw, whole)
    origins = [_origin(raw, number, draw) for number, raw in enumerate(config["Origins"].get("Items", [{}]))]
    origins[0] = _main(origins[0], draw)
    config["Origins"] = _listed(origins)
    members = [{"OriginId": origin["Id"]} for origin in origins]
    for number, group in enumerate(config.get("OriginGroups", {}).get("Items", [])):
        group |= {"Id": f"group-{number}", "Members": _listed(members)}
    targets = [origin["Id"] for origin in origins]
    targets += [group["Id"] for group in config.get("OriginGroups", {}).get("Items", [])]
    config["DefaultCacheBehavior"] |= _behavior(draw) | {
        "TargetOriginId": draw.choice([targets[0], targets[-1]])
    }
    if targets[-1] in {origin["Id"] for origin in origins[1:]}:
        config["DefaultCacheBehavior"]["TargetOriginId"] = targets[0]
    named = config.get("CacheBehaviors", {}).get("Items", [])
    for path, raw in zip(draw.sample(PATHS, len(PATHS)), named, strict=False):
        raw.update(_behavior(draw), TargetOriginId=draw.choice(targets), PathPattern=path)
    config["ViewerCertificate"] = draw.choice(_certificates(draw))
    return config | _common(config, draw)


def rtmp_config(seed: int, *, whole: bool = False) -> Json:
    """Return a StreamingDistributionConfig."""
    draw = random.Random(seed)
    config: Json = _drawn(model().shape_for("StreamingDistributionConfig"), draw, whole)
    identity = draw.choice(["", "origin-access-identity/cloudfront/E3IDENTITY"])
    config["S3Origin"] = {"DomainName": f"{BUCKET}.s3.amazonaws.com", "OriginAccessIdentity": identity}
    config["TrustedSigners"] = _switched(draw.sample(SIGNERS, draw.randrange(3)))
    return config | _common(config, draw)


def fields(shape_name: str) -> frozenset[str]:
    """Return every field under a shape of the model, by its dotted path; items of lists under ``[]``."""
    return frozenset(_paths(model().shape_for(shape_name), ""))


def fields_in(value: Any, path: str = "") -> frozenset[str]:
    """Return the paths of a document in the same form."""
    match value:
        case dict():
            return frozenset().union(
                *({f"{path}.{k}", *fields_in(v, f"{path}.{k}")} for k, v in value.items())
            )
        case list():
            return frozenset().union(*(fields_in(item, f"{path}[]") for item in value))
    return frozenset()


def _paths(shape: Any, path: str) -> Any:
    for name, member in getattr(shape, "members", {}).items():
        yield f"{path}.{name}"
        yield from _paths(member, f"{path}.{name}")
    if shape.type_name == "list":
        yield from _paths(shape.member, f"{path}[]")


def _drawn(shape: Any, draw: random.Random, whole: bool) -> Any:
    match shape.type_name:
        case "structure":
            there = [
                name
                for name in shape.members
                if whole or name in shape.required_members or draw.random() < 0.6
            ]
            value = {name: _drawn(shape.members[name], draw, whole) for name in there}
            return _agreeing(value) if "Quantity" in value else value
        case "list":
            return [_drawn(shape.member, draw, whole) for _ in range(1 if whole else draw.randrange(3))]
        case "boolean":
            return draw.random() < 0.5
        case "integer" | "long":
            return draw.randrange(100)
    return draw.choice(getattr(shape, "enum", None) or ["", "a", "two words", "/x/y", "ß"])


def _agreeing(value: Json) -> Json:
    items = value.pop("Items", [])
    return {**value, **_listed(items)}


def _listed(items: list[Any]) -> Json:
    return {"Quantity": len(items), **({"Items": items} if items else {})}


def _switched(items: list[str]) -> Json:
    return {"Enabled": bool(items), **_listed(items)}


def _origin(raw: Json, number: int, draw: random.Random) -> Json:
    host = draw.choice(["api.example.org", f"{BUCKET}.s3.amazonaws.com", "others.s3.eu-west-1.amazonaws.com"])
    return {**raw, "Id": f"origin {number}", "DomainName": host}


def _main(raw: Json, draw: random.Random) -> Json:
    """Return the origin of the default behavior: a bucket, read with one identity or with none."""
    oac, oai = draw.choice(
        [("E2CONTROL", ""), ("", "origin-access-identity/cloudfront/E3IDENTITY"), ("", "")]
    )
    s3 = {**raw.get("S3OriginConfig", {}), "OriginAccessIdentity": oai}
    domain = f"{BUCKET}.{draw.choice(HOSTS)}.amazonaws.com"
    return {**raw, "DomainName": domain, "S3OriginConfig": s3, "OriginAccessControlId": oac}


def _behavior(draw: random.Random) -> Json:
    accounts, groups = draw.choice([((), ()), (SIGNERS, ()), ((), GROUPS)])
    functions = draw.sample(FUNCTIONS, draw.randrange(3))
    return {
        "FunctionAssociations": _listed(
            [{"EventType": event, "FunctionARN": arn} for event, arn in zip(EVENTS, functions, strict=False)]
        ),
        "TrustedSigners": _switched(draw.sample(accounts, draw.randrange(len(accounts) + 1))),
        "TrustedKeyGroups": _switched(draw.sample(groups, draw.randrange(len(groups) + 1))),
    }


def _certificates(draw: random.Random) -> list[Json]:
    minimum = draw.choice(model().shape_for("MinimumProtocolVersion").enum)
    own = {"SSLSupportMethod": draw.choice(["sni-only", "vip"]), "MinimumProtocolVersion": minimum}
    return [
        {"CloudFrontDefaultCertificate": True, "MinimumProtocolVersion": "TLSv1"},
        {"ACMCertificateArn": CERTIFICATE, "Certificate": CERTIFICATE, "CertificateSource": "acm", **own},
        {"IAMCertificateId": "ASCAEXAMPLE", "CertificateSource": "iam", **own},
    ]


def _common(config: Json, draw: random.Random) -> Json:
    bucket = draw.choice(["", "logs.s3.amazonaws.com", "Odd_Logs.s3.amazonaws.com"])
    logging = {**config.get("Logging", {}), "Enabled": bool(bucket), "Bucket": bucket}
    return {
        "Comment": draw.choice(WORDS),
        "Aliases": _listed(draw.sample(ALIASES, draw.randrange(3))),
        "Logging": {**logging, "Prefix": draw.choice(["", "cf/", "/odd"]) if bucket else ""},
    }
