"""What somebody else makes in the account, as a person at the console would."""

from typing import Any

from tests.promises.studio import Json, Studio, signers


def by_hand(studio: Studio, **fields: Any) -> Json:
    """A distribution of the bucket that somebody made, with signers."""
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
    made: Json = studio.cloudfront.create_distribution(DistributionConfig=config)["Distribution"]
    return made
