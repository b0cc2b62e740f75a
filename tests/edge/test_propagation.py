"""Claims about propagation: Developer Guide, "Update a distribution" (until Deployed, edges serve the old config or
the new one), "Rotating key pairs".
"""

from typing import Any

from tests.edge import signing
from tests.edge.stage import SEGMENT, Json, Stage, behavior

PATH = "/hls/one.ts"


def slowly(stage: Stage) -> None:
    """From now on, deploy a write only when `deploy` is called."""
    stage.sandbox.cloudfront.settings.deploy_after_seconds = 3600.0


def deploy(stage: Stage) -> None:
    """Deploy all writes."""
    stage.sandbox.cloudfront.settings.deploy_after_seconds = 0.0


def status(stage: Stage, made: Json) -> int:
    """Return the status of the segment at the distribution."""
    return stage.view(PATH, made["DomainName"]).status


def test_new_distribution(stage: Stage) -> None:
    """A distribution that was never Deployed is 503 (on AWS, its name does not resolve)."""
    slowly(stage)
    made = stage.distribution()
    stage.grant(made)
    reply = stage.view(PATH, made["DomainName"])
    assert (reply.status, b"not deployed yet" in reply.body) == (503, True)
    deploy(stage)
    assert status(stage, made) == 200


def test_old_config_until_deployed(stage: Stage) -> None:
    """An update applies completely, once it is Deployed."""
    made = stage.distribution()
    stage.grant(made)
    assert status(stage, made) == 200
    slowly(stage)
    group = stage.key_group(stage.public_key(signing.rsa_key()))
    live = stage.cloudfront.get_distribution_config(Id=made["Id"])["DistributionConfig"]
    closed = {**live["DefaultCacheBehavior"], **behavior(key_groups=(group,))}
    stage.change(made, DefaultCacheBehavior=closed)
    assert status(stage, made) == 200
    deploy(stage)
    assert status(stage, made) == 403


def test_disabling_takes_its_time(stage: Stage) -> None:
    """A distribution serves until its disabling is Deployed."""
    made = stage.distribution()
    stage.grant(made)
    assert status(stage, made) == 200
    slowly(stage)
    stage.change(made, Enabled=False)
    assert status(stage, made) == 200
    deploy(stage)
    assert status(stage, made) == 403


def test_bucket_policy_at_once(stage: Stage) -> None:
    """A bucket policy applies at once, because S3 evaluates it."""
    made = stage.distribution()
    slowly(stage)
    deploy(stage)
    assert status(stage, made) == 403
    stage.grant(made)
    assert status(stage, made) == 200


def rotated(stage: Stage, group: str, *keys: str) -> None:
    """Set the keys of the group."""
    live = stage.cloudfront.get_key_group(Id=group)
    config = {**live["KeyGroup"]["KeyGroupConfig"], "Items": list(keys)}
    stage.cloudfront.update_key_group(Id=group, IfMatch=live["ETag"], KeyGroupConfig=config)


def test_key_group(stage: Stage) -> None:
    """A change of a key group reaches the edges of each distribution when that one is Deployed."""
    old, new = stage.public_key(signing.rsa_key("old")), stage.public_key(signing.rsa_key("new"))
    group = stage.key_group(old)
    made = stage.distribution(DefaultCacheBehavior=behavior(key_groups=(group,)))
    stage.grant(made)

    def taken() -> tuple[bool, bool]:
        """Return whether the old key and the new one are accepted."""
        return _signs(stage, made, "old", old), _signs(stage, made, "new", new)

    assert taken() == (True, False)
    slowly(stage)
    rotated(stage, group, new)
    assert taken() == (True, False)
    deploy(stage)
    assert taken() == (False, True)


def test_deleted_key_until_deployed(stage: Stage) -> None:
    """A key that left its group and was deleted still works at edges without the change."""
    old, new = stage.public_key(signing.rsa_key("old")), stage.public_key(signing.rsa_key("new"))
    group = stage.key_group(old)
    made = stage.distribution(DefaultCacheBehavior=behavior(key_groups=(group,)))
    stage.grant(made)
    assert _signs(stage, made, "old", old)
    slowly(stage)
    rotated(stage, group, new)
    etag = stage.cloudfront.get_public_key(Id=old)["ETag"]
    stage.cloudfront.delete_public_key(Id=old, IfMatch=etag)
    assert _signs(stage, made, "old", old)
    deploy(stage)
    assert not _signs(stage, made, "old", old)


def _signs(stage: Stage, made: Json, key: str, key_id: str) -> bool:
    host = made["DomainName"]
    fields = signing.canned_fields(f"https://{host}{PATH}", signing.rsa_key(key), key_id)
    reply = stage.view(f"{PATH}?{signing.query(fields)}", host)
    assert reply.verdict == (200, "") if reply.body == SEGMENT else reply.verdict == (403, "InvalidKey")
    return reply.status == 200


def test_mixed_edges(stage: Stage) -> None:
    """With edge_mixes, some viewers get the new config before it is Deployed, and some the old one."""
    made = stage.distribution()
    stage.grant(made)
    assert status(stage, made) == 200
    slowly(stage)
    stage.sandbox.cloudfront.settings.edge_mixes = True
    stage.change(made, Enabled=False)
    assert {status(stage, made) for _ in range(40)} == {200, 403}
    deploy(stage)
    assert {status(stage, made) for _ in range(10)} == {403}


def test_state_survives(stage: Stage, cloudfront: Any) -> None:
    """The state of the edges is saved."""
    import pickle

    made = stage.distribution()
    stage.grant(made)
    assert status(stage, made) == 200
    slowly(stage)
    stage.change(made, Enabled=False)
    stage.sandbox.cloudfront = pickle.loads(pickle.dumps(stage.sandbox.cloudfront))
    assert status(stage, made) == 200


def test_time_is_enough(stage: Stage) -> None:
    """If a write takes time, it is Deployed after that time, even without reads."""
    settings = stage.sandbox.cloudfront.settings
    settings.deploy_after_reads = 1000
    made = stage.distribution()
    stage.grant(made)
    assert status(stage, made) == 503
    settings.deploy_after_seconds = 1e-9
    assert status(stage, made) == 200
