"""Specs of the whole language, each valid: the input of the laws.

A text that starts with ``@`` is a placeholder for an id that only the account has; `account` replaces it. Specs with
the same delivery and adoption may follow each other in any order: no pair of them has a problem.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

Spec = dict[str, Any]

NAME = "lectures"
OWN_ACCOUNT = "123456789012"
BUCKETS: Mapping[str, str] = {"lectures-media": "us-east-1", "lectures-archive": "eu-west-1"}
"""Buckets that exist, with their regions. Their ACLs are enabled, so that either grant is possible."""
NEW_BUCKET = "lectures-new"
ZONE = "example.com"
CNAMES = ("media.example.com", "www.example.com", "films.example.com", "*.example.com")
PATHS = ("/posters/*", "/clips/*", "*.m3u8", "/drafts/*")
LISTED_READERS = ("999988887777", "10.0.0.0/8", "vpc-0a1b2c3d", "logging.s3.amazonaws.com")
FOREIGN_GROUP = "newsroom-signers"
OWN_POLICY = "few-headers"
FUNCTIONS = ("rewrite", "headers")
KEYS = Path(__file__).parents[2] / "examples" / "keys"
PUBLIC_KEYS: Mapping[str, str] = {
    f"key-{number}": str(file) for number, file in enumerate(sorted(KEYS.glob("*.pub.pem")))
}

WORDS = st.text(
    st.characters(exclude_categories=["Cc", "Cf", "Cs", "Co", "Cn"], include_characters="\n\t"), max_size=30
)
FOLDERS = st.sampled_from(["", "published/", "a b/ü", "films"])


def specs(delivery: str, *, adopted: bool = False) -> st.SearchStrategy[Spec]:
    """Draw specs of one delivery, of a new stack or of one that adopts the distribution ``@adopted``."""
    return _http_specs(adopted) if delivery == "http" else _rtmp_specs(adopted)


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Spec, Spec]:
    """Draw two specs of one stack, such that the second may follow the first."""
    delivery, adopted = draw(st.sampled_from(["http", "http", "rtmp"])), draw(st.booleans())
    before, after = draw(specs(delivery, adopted=adopted)), draw(specs(delivery, adopted=adopted))
    if delivery == "rtmp":
        after["bucket"] = before["bucket"]  # the one thing of an rtmp stack that cannot change
    if after.get("grant", {}).get("via") == "object-acl":
        # cfstream makes a bucket without ACLs for other grants, and never changes that of a bucket that exists.
        before["bucket"] = before["bucket"] if _exists(before) else "lectures-media"
        after["bucket"] = before["bucket"] if delivery == "rtmp" else after["bucket"]
    return before, after


def _exists(spec: Spec) -> bool:
    bucket = spec["bucket"]
    return (bucket if isinstance(bucket, str) else bucket["name"]) in BUCKETS


@st.composite
def _http_specs(draw: st.DrawFn, adopted: bool) -> Spec:
    spec = draw(_common(adopted))
    spec |= draw(_identities())
    groups = draw(_key_groups())
    spec |= draw(_signers(groups, needed=True))
    http = draw(
        st.fixed_dictionaries(
            {},
            optional={
                "viewer_protocol": st.sampled_from(["redirect-to-https", "https-only", "allow-all"]),
                "default_root_object": st.sampled_from(["", "index.html"]),
                "ipv6": st.booleans(),
                "cache_policy": _cache_policies(),
                "functions": _functions(),
                "minimum_tls": st.sampled_from(["TLSv1.2_2018", "TLSv1.2_2021", "TLSv1.3_2025"]),
                "cors": _cors(),
                "http_version": st.sampled_from(["http1.1", "http2", "http3", "http2and3"]),
                "web_acl": st.sampled_from(["", "a1b2c3d4-5678-90ab-cdef-222222222222"]),
                "geo": st.sampled_from([{}, {"allow": ["US", "CA"]}, {"block": ["KP"]}]),
                "error_pages": st.sampled_from(
                    [[], [{"code": 404, "page": "/404.html"}, {"code": 500, "cache": "1m"}]]
                ),
                "origin_path": st.sampled_from(["", "/published"]),
                "origin_request_policy": st.sampled_from(["", "CORS-S3Origin", "UserAgentRefererHeaders"]),
                "origin_shield": st.sampled_from(["", "eu-west-1", "us-east-1"]),
            },
        )
    )
    if "cors" not in http and draw(st.booleans()):
        http["response_headers_policy"] = draw(st.sampled_from(["", "SimpleCORS", "SecurityHeadersPolicy"]))
    if "origin_request_policy" in http:
        http.setdefault("cache_policy", "CachingOptimized")  # CloudFront refuses one without it
    http["behaviors"] = draw(_behaviors(groups))
    if draw(st.booleans()):
        http["certificate"] = draw(st.sampled_from(["@certificate", "auto"]))
    return spec | {"http": http}


@st.composite
def _rtmp_specs(draw: st.DrawFn, adopted: bool) -> Spec:
    spec = draw(_common(adopted)) | {"delivery": "rtmp"}
    spec |= draw(st.one_of(_oai(), st.just({"origin_access": "none"})))
    return spec | draw(st.one_of(_accounts(), st.just({"public": True})))


def _common(adopted: bool) -> st.SearchStrategy[Spec]:
    always = {
        "version": st.just(1),
        "name": st.just(NAME),
        "bucket": st.sampled_from([*BUCKETS]) if adopted else _buckets(),
    }
    if adopted:
        always["adopt"] = st.just("@adopted")
    return st.fixed_dictionaries(
        always,
        optional={
            "comment": WORDS,
            "enabled": st.booleans(),
            "protect": st.booleans(),
            "cnames": st.lists(st.sampled_from(CNAMES), unique=True, max_size=3),
            "price_class": st.sampled_from(["PriceClass_100", "PriceClass_200", "PriceClass_All"]),
            "logging": st.one_of(st.just(False), _logging()),
            "dns": st.sampled_from([False, {"route53": ZONE}]),
            "sign": st.just({"max_validity": "7d"}),
            "also_read_by": st.lists(st.sampled_from(LISTED_READERS), unique=True, max_size=2),
            "also_managed_by": st.lists(st.sampled_from(LISTED_READERS), unique=True, max_size=2),
            "wait": st.just({"timeout": "1h30m"}),
            "tags": st.dictionaries(
                st.sampled_from(["team", "cost center", "@"]),
                st.text("aZ0 _.:/=+-@é", max_size=8),
                max_size=3,
            ),
        },
    )


def _buckets() -> st.SearchStrategy[Any]:
    existing = st.sampled_from([*BUCKETS])
    placed = existing.map(lambda name: {"name": name, "region": BUCKETS[name], "create": True})
    return st.one_of(existing, placed, st.just({"name": NEW_BUCKET, "create": True}))


def _logging() -> st.SearchStrategy[Spec]:
    return st.fixed_dictionaries({"bucket": st.just("lectures-logs")}, optional={"prefix": FOLDERS})


def _identities() -> st.SearchStrategy[Spec]:
    by_policy = st.fixed_dictionaries({"prefix": FOLDERS}).map(lambda grant: {"grant": grant})
    oac = st.sampled_from([{}, {"oac": {}}, {"oac": {"id": "@control"}}])
    return st.one_of(
        st.builds(dict.__or__, oac, st.one_of(st.just({}), by_policy)),
        _oai(),
        st.just({"origin_access": "none"}),
    )


def _oai() -> st.SearchStrategy[Spec]:
    identity = st.one_of(
        st.sampled_from([{}, {"id": "@identity"}]), st.fixed_dictionaries({"comment": WORDS})
    )
    on_objects = st.fixed_dictionaries(
        {"via": st.just("object-acl"), "permission": st.sampled_from(["READ", "FULL_CONTROL"])},
        optional={"prefix": FOLDERS},
    )
    by_policy = st.fixed_dictionaries({}, optional={"via": st.just("bucket-policy"), "prefix": FOLDERS})
    return st.fixed_dictionaries({"oai": identity, "grant": st.one_of(by_policy, on_objects)})


def _cors() -> st.SearchStrategy[Any]:
    origins = ["https://www.example.com", "https://player.example.org", "http://localhost:8080"]
    named = st.lists(st.sampled_from(origins), unique=True, min_size=1)
    return st.one_of(
        st.just(False),
        st.just({"origins": ["*"]}),
        st.fixed_dictionaries({"origins": named}, optional={"credentials": st.booleans()}),
    )


def _cache_policies() -> st.SearchStrategy[str]:
    return st.sampled_from(["CachingOptimized", "CachingDisabled", OWN_POLICY, "@policy"])


def _functions() -> st.SearchStrategy[Spec]:
    events = {event: st.sampled_from(["", *FUNCTIONS]) for event in ("viewer_request", "viewer_response")}
    return st.fixed_dictionaries({}, optional=events)


def _accounts() -> st.SearchStrategy[Spec]:
    signers = st.lists(
        st.sampled_from(["self", "111122223333", OWN_ACCOUNT]), unique=True, min_size=1, max_size=3
    )
    return st.fixed_dictionaries({"trusted_signers": signers})


@st.composite
def _key_groups(draw: st.DrawFn) -> dict[str, Spec]:
    """Draw the groups that a spec creates, by name. Each has one set of keys everywhere."""
    groups = {}
    for name in draw(st.lists(st.sampled_from(["viewers", "editors"]), unique=True)):
        names = draw(st.lists(st.sampled_from([*PUBLIC_KEYS]), unique=True, min_size=1, max_size=3))
        keys: list[Spec] = [{"name": key, "file": PUBLIC_KEYS[key]} for key in names]
        for number, key in enumerate(keys[1:], start=1):
            if draw(st.booleans()):
                key["replaces"] = names[:number]
        groups[name] = {"name": name, "public_keys": keys}
    return groups


@st.composite
def _signers(draw: st.DrawFn, groups: Mapping[str, Spec], *, needed: bool) -> Spec:
    """Draw who may sign, for the spec or for a behavior: groups, accounts, public, or absent."""
    entries = [*groups.values(), {"use": FOREIGN_GROUP}, {"use": "@group"}]
    forms = ["groups", "accounts", "public", *([] if needed else ["nothing"])]
    match draw(st.sampled_from(forms)):
        case "groups":
            listed = st.lists(st.sampled_from(entries), min_size=1, max_size=3, unique_by=str)
            return {"key_groups": draw(listed)}
        case "accounts":
            return draw(_accounts())
        case "public":
            return {"public": True}
    return {}


@st.composite
def _behaviors(draw: st.DrawFn, groups: Mapping[str, Spec]) -> list[Spec]:
    behaviors = []
    for path in draw(st.lists(st.sampled_from(PATHS), unique=True, max_size=3)):
        behavior = {"path": path} | draw(_signers(groups, needed=False))
        if draw(st.booleans()):
            behavior["cache_policy"] = draw(_cache_policies())
            behavior["origin_request_policy"] = draw(st.sampled_from(["", "CORS-S3Origin"]))
        if draw(st.booleans()):
            behavior["functions"] = draw(_functions())
            behavior["response_headers_policy"] = draw(st.sampled_from(["", "SimpleCORS"]))
        behaviors.append(behavior)
    return behaviors
