"""Laws of applying a spec to a raw config: once is enough, spelling is no difference, and unknown fields survive."""

import json
import random
from io import StringIO
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from cfstream.kinds.distribution import DistributionKind
from cfstream.kinds.distribution.configuration import ObservedDistribution
from cfstream.spec.load import load
from cfstream.stack.context import StackContext
from cfstream.stack.proposal import KindResults
from cfstream.steps.modify import Modify
from cfstream.values import Account, Address
from tests.laws.language import BUCKETS, FOREIGN_GROUP, NAME, OWN_ACCOUNT, OWN_POLICY, PATHS, Spec, specs
from tests.laws.spelling import respelled
from tests.thorough import examples
from tests.world.configs import behavior, config, legacy_behavior, listing, origin, signers
from tests.world.distributions import shown
from tests.world.specs import filled

Json = dict[str, Any]

ARN = "arn:aws:acm:us-east-1:123456789012:certificate/0b5e2b6c-1c1a-4f3e-9a57-3f3a3f1c2d4e"
IDS = {
    "@policy": "11111111-2222-3333-4444-555555555555",
    "@certificate": ARN,
    "@control": "E2CONTROL",
    "@identity": "E3IDENTITY",
    "@group": "group-of-partners",
    "@adopted": "E1ADOPTED",
}
FUTURE: Json = {"Mode": "of 2031", "Quantity": 1, "Items": ["x"]}
"""A field that no version of cfstream knows."""

CERTIFICATES: tuple[Json, ...] = (
    {"CloudFrontDefaultCertificate": True},
    {"ACMCertificateArn": ARN, "SSLSupportMethod": "vip", "MinimumProtocolVersion": "TLSv1"},
    {"IAMCertificateId": "ASCA", "SSLSupportMethod": "sni-only", "MinimumProtocolVersion": "TLSv1"},
)


@st.composite
def raw_configs(draw: st.DrawFn) -> Json:
    """Draw configs of other clients, such as the console, now or years ago."""
    bucket = draw(st.sampled_from([*BUCKETS]))
    host = draw(st.sampled_from(["s3.us-east-1", "s3", "s3-us-east-1", "s3.dualstack.us-east-1"]))
    source = origin(Id="films", DomainName=f"{bucket}.{host}.amazonaws.com", Future=FUTURE)
    access = st.sampled_from([{}, {"OriginAccessControlId": "E9OTHER"}, _oai("E8OTHER"), _oai("E3IDENTITY")])
    default, *further = draw(_behaviors())
    paths = [{**one, "PathPattern": path} for one, path in zip(further, PATHS, strict=False)]
    aliases = draw(st.lists(st.sampled_from(["Media.example.com", "old.example.com"]), unique=True))
    return config(
        "by-hand",
        Future=FUTURE,
        Comment=" made by hand",
        Aliases=listing(*aliases),
        Origins=listing({**source, **draw(access)}),
        DefaultCacheBehavior=default,
        CacheBehaviors=listing(*paths),
        ViewerCertificate=draw(st.sampled_from(CERTIFICATES)),
        Logging={"Enabled": True, "IncludeCookies": True, "Bucket": "a.s3.amazonaws.com", "Prefix": ""},
        IsIPV6Enabled=True,
    )


def _behaviors() -> st.SearchStrategy[list[Json]]:
    trusted = st.sampled_from(
        [
            {},
            {"TrustedSigners": signers("self", "111122223333")},
            {"TrustedSigners": signers(OWN_ACCOUNT), "TrustedKeyGroups": signers()},
            {"TrustedKeyGroups": signers("group-of-partners")},
        ]
    )
    drawn = st.sampled_from([behavior, legacy_behavior])
    one = st.builds(
        lambda make, who: make(TargetOriginId="films", Future=FUTURE, Compress=True, **who), drawn, trusted
    )
    return st.lists(one, min_size=1, max_size=3)


def _oai(identity: str) -> Json:
    return {"S3OriginConfig": {"OriginAccessIdentity": f"origin-access-identity/cloudfront/{identity}"}}


def proposed(spec: Spec, live: Json) -> Modify | None:
    """Return the update that the kind proposes for a live config, with all ids known."""
    text = json.dumps(filled(spec, IDS), ensure_ascii=False)
    context = StackContext(load(["-"], stdin=StringIO(text))[0], Account(OWN_ACCOUNT))
    kind = DistributionKind()
    have = ObservedDistribution(
        live=shown(live, {"cfstream:name": NAME}, "E1ADOPTED"),
        policies={"CachePolicy": {OWN_POLICY: "99999999-2222-3333-4444-555555555555"}},
    )
    want = kind.desire(context)
    steps = kind.propose(context, want, have, KindResults(brought=_brought())).steps
    return next((step for step in steps if isinstance(step, Modify)), None)


def _brought() -> dict[Address, dict[str, str]]:
    groups = {name: name.upper() for name in ("viewers", "editors", FOREIGN_GROUP)}
    groups |= {"group-of-partners": "group-of-partners"}
    return {
        Address("bucket", NAME): {"region": "us-east-1"},
        Address("origin-access-control", NAME): {"id": "E4OWN"},
        Address("origin-access-identity", NAME): {"id": "E5OWN"},
        **{Address("key-group", NAME, name): {"id": id_} for name, id_ in groups.items()},
    }


@settings(max_examples=examples(40, thorough=320))
@given(spec=st.booleans().flatmap(lambda adopted: specs("http", adopted=adopted)), live=raw_configs())
def test_overlay_is_idempotent(spec: Spec, live: Json) -> None:
    """A config with the spec applied needs no update, and the read document does not change."""
    before = json.dumps(live)
    update = proposed(spec, live)
    assert json.dumps(live) == before
    if update is not None:
        assert proposed(spec, update.call.params["DistributionConfig"]) is None


@settings(max_examples=examples(40, thorough=320))
@given(spec=specs("http"), live=raw_configs(), seed=st.integers())
def test_another_spelling_needs_no_update(spec: Spec, live: Json, seed: int) -> None:
    """A config that already has what the spec asks for needs no update, in any spelling."""
    update = proposed(spec, live)
    laid = update.call.params["DistributionConfig"] if update else live
    draw = random.Random(seed)
    behaviors = [respelled(one, draw) for one in laid["CacheBehaviors"].get("Items", [])]
    spelled = {**respelled({**laid, "CacheBehaviors": None}, draw), "CacheBehaviors": listing(*behaviors)}
    assert proposed(spec, spelled) is None


@settings(max_examples=examples(40, thorough=320))
@given(spec=specs("http"), live=raw_configs())
def test_unknown_fields_survive(spec: Spec, live: Json) -> None:
    """A field of a later version of AWS is sent back unchanged, in the config, origins and behaviors."""
    update = proposed(spec, live)
    if update is None:
        return
    laid = update.call.params["DistributionConfig"]
    assert laid["Future"] == FUTURE
    assert [one["Future"] for one in laid["Origins"]["Items"]] == [FUTURE]
    assert laid["DefaultCacheBehavior"]["Future"] == FUTURE
    paths = {one["PathPattern"]: one for one in laid["CacheBehaviors"].get("Items", [])}
    for one in live["CacheBehaviors"].get("Items", []):
        assert paths[one["PathPattern"]]["Future"] == FUTURE
