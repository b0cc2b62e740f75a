"""An AWS in memory that can only be read, with the live resources that a test declares, and contexts of stacks."""

import base64
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from cfstream.errors import Refused
from cfstream.ports import Answer, Call
from cfstream.spec.compose import documents
from cfstream.spec.draft import draft_of
from cfstream.spec.keys import PemKey, der_digest
from cfstream.spec.source import Source
from cfstream.spec.stack import Stack
from cfstream.stack.account_lists import AccountLists
from cfstream.stack.context import StackContext
from cfstream.stack.declared_keys import declared_keys
from cfstream.stack.live_state import LiveState
from cfstream.stack.proposal import KindResults, Proposal
from cfstream.values import Account, Json

ACCOUNT = Account("123456789012")
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


OAI_CONFIG = "get_cloud_front_origin_access_identity_config"
"""Unless a test declares it, it has the comment of the list's row."""


class Live:
    """Reads from an AWS in memory. The reply of an operation is its rows, a document, an error, or a function.

    A list that no test declared is empty; any other read that no test declared fails the test.
    """

    def __init__(self, replies: Mapping[str, Any]) -> None:
        self._replies = replies

    def read(self, call: Call) -> Json:
        reply = self._reply(call)
        assert isinstance(reply, Mapping), f"{call.operation} is declared as a list"
        return reply

    def items(self, call: Call) -> Sequence[Json]:
        reply = self._reply(call)
        assert isinstance(reply, list), f"{call.operation} is declared as a document"
        return reply

    def pages(self, call: Call) -> Iterator[Json]:
        reply = self._reply(call)
        yield {"Listed": {"Quantity": len(reply), "Items": reply}} if isinstance(reply, list) else reply

    def together(self, calls: Sequence[Call]) -> tuple[Answer, ...]:
        return tuple(self._answer(call) for call in calls)

    def _answer(self, call: Call) -> Answer:
        try:
            return self.read(call)
        except Refused as refused:
            return refused

    def _reply(self, call: Call) -> Any:
        if call.operation == OAI_CONFIG and call.operation not in self._replies:
            return self._oai_config(call.params["Id"])
        if call.operation not in self._replies:
            listing = call.operation.startswith("list_") or call.operation == "get_resources"
            assert listing, f"no test declared {call.operation} {call.params}"
            return [] if call.operation != "list_tags_for_resource" else {"Tags": {"Items": []}}
        reply = self._replies[call.operation]
        if callable(reply):
            reply = reply(call.params)
        if isinstance(reply, Refused):
            raise reply
        return reply

    def _oai_config(self, identity: str) -> Json:
        rows = self._replies["list_cloud_front_origin_access_identities"]
        comment = next(row["Comment"] for row in rows if row["Id"] == identity)
        config = {"CallerReference": "some reference", "Comment": comment}
        return {"CloudFrontOriginAccessIdentityConfig": config, "ETag": "E2OAI"}


def live(**replies: Any) -> Live:
    """Return an account in which these operations have these replies: ``live(list_key_groups=[…], …)``."""
    return Live(replies)


def proposal(kind: Any, context: StackContext, aws: Live, results: KindResults | None = None) -> Proposal:
    """Return what a kind proposes for a stack in this account."""
    want = kind.desire(context)
    proposed: Proposal = kind.propose(
        context,
        want,
        kind.observe(aws, LiveState(AccountLists(aws, context.now), context), want),
        results or KindResults(),
    )
    return proposed


def stack(text: str, keys: Mapping[str, str] | None = None) -> Stack:
    """Return the stack of this YAML. Key files contain the value in `keys`, or else ``pem(name)``."""
    problems: list[Any] = []
    (document,) = documents(Source("lectures.yaml", text), problems)
    draft = draft_of(document)
    assert not [*problems, *draft.problems], [problem.what for problem in (*problems, *draft.problems)]
    names = [key.name for key in declared_keys(draft.spec)]
    pems = {name: (keys or {}).get(name, pem(name)) for name in names}
    public_keys = {name: PemKey(name, text, der_digest(text)) for name, text in pems.items()}
    return Stack(draft.spec, "lectures.yaml", document, "0" * 64, public_keys)


def context(text: str, keys: Mapping[str, str] | None = None, now: datetime = NOW) -> StackContext:
    """Return the context of that stack, in the account and at the time of these tests."""
    return StackContext(stack(text, keys), ACCOUNT, now=now, real_aws=False)


def pem(seed: str) -> str:
    """Return a PEM with content made from `seed`. It is enough for code that only compares keys."""
    body = base64.b64encode(seed.encode()).decode()
    return f"-----BEGIN PUBLIC KEY-----\n{body}\n-----END PUBLIC KEY-----\n"


def distribution(id_: str, **config: Any) -> dict[str, Any]:
    """Return a row of ListDistributions for the bucket lectures-media.

    The other parameters set its fields. `behaviors` maps path patterns to the ids of the key groups that sign for
    them.
    """
    oai = config.get("oai")
    origin = {
        "Id": "s3",
        "DomainName": f"{config.get('bucket', 'lectures-media')}.s3.eu-west-1.amazonaws.com",
        "S3OriginConfig": {"OriginAccessIdentity": f"origin-access-identity/cloudfront/{oai}" if oai else ""},
        "OriginAccessControlId": config.get("oac", ""),
    }
    further = [
        {"PathPattern": path, **behavior(*groups)} for path, groups in config.get("behaviors", {}).items()
    ]
    return {
        "Id": id_,
        "ARN": f"arn:aws:cloudfront::{ACCOUNT}:distribution/{id_}",
        "Status": config.get("status", "Deployed"),
        "DomainName": f"{id_.lower()}.cloudfront.net",
        "Enabled": config.get("enabled", True),
        "Comment": "",
        "Aliases": {"Quantity": 0},
        "PriceClass": "PriceClass_All",
        "Origins": {"Quantity": 1, "Items": [origin, *config.get("more_origins", [])]},
        "DefaultCacheBehavior": behavior(*config.get("groups", ())),
        "CacheBehaviors": {"Quantity": len(further), "Items": further},
    }


def behavior(*groups: str) -> dict[str, Any]:
    """Return a cache behavior that trusts these key groups."""
    return {
        "TargetOriginId": "s3",
        "TrustedKeyGroups": {"Enabled": bool(groups), "Quantity": len(groups), "Items": list(groups)},
    }


def ours(
    row: Json, others: Sequence[Json] = (), active: Mapping[str, Sequence[str]] | None = None
) -> dict[str, Any]:
    """Return replies that make `row` the distribution of the stack lectures. Use it as ``live(**ours(…))``."""

    def tags(params: Json) -> Json:
        tagged = params["Resource"] == row["ARN"]
        return {"Tags": {"Items": [{"Key": "cfstream:name", "Value": "lectures"}] if tagged else []}}

    groups = [
        {"KeyGroupId": group, "KeyPairIds": {"Items": list(keys)}} for group, keys in (active or {}).items()
    ]
    whole = {**row, "DistributionConfig": row, "ActiveTrustedKeyGroups": {"Items": groups}}
    return {
        "list_distributions": [row, *others],
        "list_tags_for_resource": tags,
        "get_distribution": {"Distribution": whole, "ETag": "E2DIST"},
    }
