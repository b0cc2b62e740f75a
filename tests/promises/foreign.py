"""Resources that someone else creates in the account, for example in the console."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cfstream.errors import NotAuthorized, Refused
from cfstream.ports import Answer, Call, Reads
from tests.world.account import SandboxAccount
from tests.world.configs import signers
from tests.world.specs import Json


def by_hand(account: SandboxAccount, **fields: Any) -> Json:
    """Create a distribution of the bucket by hand, with signers."""
    config = {
        "CallerReference": "by-hand",
        "Comment": "made in the console",
        "Enabled": True,
        "Origins": {
            "Quantity": 1,
            "Items": [
                {
                    "Id": "console",
                    "DomainName": "media.s3.us-east-1.amazonaws.com",
                    "S3OriginConfig": {"OriginAccessIdentity": ""},
                }
            ],
        },
        "DefaultCacheBehavior": {
            "TargetOriginId": "console",
            "ViewerProtocolPolicy": "redirect-to-https",
            "CachePolicyId": "658327ea-f89d-4fab-a63d-7e88639e58f6",
            "TrustedSigners": signers("self"),
        },
        **fields,
    }
    made: Json = account.cloudfront.create_distribution(DistributionConfig=config)["Distribution"]
    return made


class Closed:
    """Reads of an account to which S3 refuses everything, because its buckets belong to another account."""

    def __init__(self, reads: Reads) -> None:
        self._reads = reads

    def read(self, call: Call) -> Mapping[str, Any]:
        if call.service == "s3":
            raise NotAuthorized(call.operation, "AccessDenied", "Access Denied", status=403)
        return self._reads.read(call)

    def items(self, call: Call) -> Sequence[Mapping[str, Any]]:
        return self._reads.items(call)

    def pages(self, call: Call) -> Iterator[Mapping[str, Any]]:
        return self._reads.pages(call)

    def together(self, calls: Sequence[Call]) -> tuple[Answer, ...]:
        return tuple(self._answer(call) for call in calls)

    def _answer(self, call: Call) -> Answer:
        try:
            return self.read(call)
        except Refused as refusal:
            return refusal
