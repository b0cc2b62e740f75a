"""Everything that is live, in one value that can be compared, to prove what was written, or that nothing was."""

from typing import Any

from cfstream.steps.content import canonical
from tests.promises.studio import Json, Studio


def snapshot(studio: Studio) -> Json:
    """Return configs, tags, policies, ACLs, identities, keys and groups, in a form without order."""
    rows = {row["Id"]: row for row in studio.distributions()}
    buckets = [row["Name"] for row in studio.s3.list_buckets()["Buckets"]]
    return {
        "distributions": {id_: canonical(_config(studio, row)) for id_, row in rows.items()},
        "tags": {id_: studio.tags(row["ARN"]) for id_, row in rows.items()},
        "policies": {name: studio.statements(name) for name in buckets},
        "grants": {name: _grants(studio, name) for name in buckets},
        "identities": studio.identities(),
        "controls": studio.controls(),
        "groups": canonical(studio.groups()),
        "keys": sorted(studio.keys()),
    }


def _config(studio: Studio, row: Json) -> Any:
    if "S3Origin" in row:
        reply = studio.cloudfront.get_streaming_distribution(Id=row["Id"])
        return {"etag": reply["ETag"], **reply["StreamingDistribution"]["StreamingDistributionConfig"]}
    reply = studio.cloudfront.get_distribution(Id=row["Id"])
    return {"etag": reply["ETag"], **reply["Distribution"]["DistributionConfig"]}


def _grants(studio: Studio, bucket: str) -> Json:
    keys = [row["Key"] for row in studio.s3.list_objects_v2(Bucket=bucket).get("Contents", [])]
    return {key: studio.grants(key, bucket) for key in keys}
