"""Everything that is live, in one value that can be compared, to show what was written, or that nothing was."""

from typing import Any

from cfstream.steps.content import canonical
from tests.world.account import SandboxAccount
from tests.world.specs import Json


def snapshot(account: SandboxAccount) -> Json:
    """Return configs, tags, policies, ACLs, identities, keys and groups, in a form without order."""
    rows = {row["Id"]: row for row in account.distributions()}
    buckets = [row["Name"] for row in account.s3.list_buckets()["Buckets"]]
    return {
        "distributions": {id_: canonical(_config(account, row)) for id_, row in rows.items()},
        "tags": {id_: account.tags(row["ARN"]) for id_, row in rows.items()},
        "policies": {name: account.statements(name) for name in buckets},
        "grants": {name: _grants(account, name) for name in buckets},
        "identities": account.identities(),
        "controls": account.controls(),
        "groups": canonical(account.groups()),
        "keys": sorted(account.keys()),
    }


def _config(account: SandboxAccount, row: Json) -> Any:
    if "S3Origin" in row:
        reply = account.cloudfront.get_streaming_distribution(Id=row["Id"])
        return {"etag": reply["ETag"], **reply["StreamingDistribution"]["StreamingDistributionConfig"]}
    reply = account.cloudfront.get_distribution(Id=row["Id"])
    return {"etag": reply["ETag"], **reply["Distribution"]["DistributionConfig"]}


def _grants(account: SandboxAccount, bucket: str) -> Json:
    keys = [row["Key"] for row in account.s3.list_objects_v2(Bucket=bucket).get("Contents", [])]
    return {key: account.grants(key, bucket) for key in keys}
