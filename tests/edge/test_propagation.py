"""Claims about propagation: Developer Guide, "Update a distribution" (until Deployed, edges serve the old config or
the new one), "Rotating key pairs".
"""

from typing import Any

from tests.edge import signing
from tests.edge.site import SEGMENT, EdgeSite, Json, behavior

PATH = "/hls/one.ts"


def slowly(site: EdgeSite) -> None:
    """From now on, deploy a write only when `deploy` is called."""
    site.sandbox.cloudfront.settings.deploy_after_seconds = 3600.0


def deploy(site: EdgeSite) -> None:
    """Deploy all writes."""
    site.sandbox.cloudfront.settings.deploy_after_seconds = 0.0


def status(site: EdgeSite, created: Json) -> int:
    """Return the status of the segment at the distribution."""
    return site.view(PATH, created["DomainName"]).status


def test_new_distribution(site: EdgeSite) -> None:
    """A distribution that was never Deployed is 503 (on AWS, its name does not resolve)."""
    slowly(site)
    created = site.distribution()
    site.grant(created)
    reply = site.view(PATH, created["DomainName"])
    assert (reply.status, b"not deployed yet" in reply.body) == (503, True)
    deploy(site)
    assert status(site, created) == 200


def test_old_config_until_deployed(site: EdgeSite) -> None:
    """An update applies completely, once it is Deployed."""
    created = site.distribution()
    site.grant(created)
    assert status(site, created) == 200
    slowly(site)
    group = site.key_group(site.public_key(signing.rsa_key()))
    live = site.cloudfront.get_distribution_config(Id=created["Id"])["DistributionConfig"]
    closed = {**live["DefaultCacheBehavior"], **behavior(key_groups=(group,))}
    site.change(created, DefaultCacheBehavior=closed)
    assert status(site, created) == 200
    deploy(site)
    assert status(site, created) == 403


def test_disabling_takes_its_time(site: EdgeSite) -> None:
    """A distribution serves until its disabling is Deployed."""
    created = site.distribution()
    site.grant(created)
    assert status(site, created) == 200
    slowly(site)
    site.change(created, Enabled=False)
    assert status(site, created) == 200
    deploy(site)
    assert status(site, created) == 403


def test_bucket_policy_at_once(site: EdgeSite) -> None:
    """A bucket policy applies at once, because S3 evaluates it."""
    created = site.distribution()
    slowly(site)
    deploy(site)
    assert status(site, created) == 403
    site.grant(created)
    assert status(site, created) == 200


def rotated(site: EdgeSite, group: str, *keys: str) -> None:
    """Set the keys of the group."""
    live = site.cloudfront.get_key_group(Id=group)
    config = {**live["KeyGroup"]["KeyGroupConfig"], "Items": list(keys)}
    site.cloudfront.update_key_group(Id=group, IfMatch=live["ETag"], KeyGroupConfig=config)


def test_key_group(site: EdgeSite) -> None:
    """A change of a key group reaches the edges of each distribution when that one is Deployed."""
    old, new = site.public_key(signing.rsa_key("old")), site.public_key(signing.rsa_key("new"))
    group = site.key_group(old)
    created = site.distribution(DefaultCacheBehavior=behavior(key_groups=(group,)))
    site.grant(created)

    def taken() -> tuple[bool, bool]:
        """Return whether the old key and the new one are accepted."""
        return _signs(site, created, "old", old), _signs(site, created, "new", new)

    assert taken() == (True, False)
    slowly(site)
    rotated(site, group, new)
    assert taken() == (True, False)
    deploy(site)
    assert taken() == (False, True)


def test_deleted_key_until_deployed(site: EdgeSite) -> None:
    """A key that left its group and was deleted still works at edges without the change."""
    old, new = site.public_key(signing.rsa_key("old")), site.public_key(signing.rsa_key("new"))
    group = site.key_group(old)
    created = site.distribution(DefaultCacheBehavior=behavior(key_groups=(group,)))
    site.grant(created)
    assert _signs(site, created, "old", old)
    slowly(site)
    rotated(site, group, new)
    etag = site.cloudfront.get_public_key(Id=old)["ETag"]
    site.cloudfront.delete_public_key(Id=old, IfMatch=etag)
    assert _signs(site, created, "old", old)
    deploy(site)
    assert not _signs(site, created, "old", old)


def _signs(site: EdgeSite, created: Json, key: str, key_id: str) -> bool:
    host = created["DomainName"]
    fields = signing.canned_fields(f"https://{host}{PATH}", signing.rsa_key(key), key_id)
    reply = site.view(f"{PATH}?{signing.query(fields)}", host)
    assert reply.verdict == (200, "") if reply.body == SEGMENT else reply.verdict == (403, "InvalidKey")
    return reply.status == 200


def test_mixed_edges(site: EdgeSite) -> None:
    """With edge_mixes, some viewers get the new config before it is Deployed, and some the old one."""
    created = site.distribution()
    site.grant(created)
    assert status(site, created) == 200
    slowly(site)
    site.sandbox.cloudfront.settings.edge_mixes = True
    site.change(created, Enabled=False)
    assert {status(site, created) for _ in range(40)} == {200, 403}
    deploy(site)
    assert {status(site, created) for _ in range(10)} == {403}


def test_state_survives(site: EdgeSite, cloudfront: Any) -> None:
    """The state of the edges is saved."""
    import pickle

    created = site.distribution()
    site.grant(created)
    assert status(site, created) == 200
    slowly(site)
    site.change(created, Enabled=False)
    site.sandbox.accounts.home = pickle.loads(pickle.dumps(site.sandbox.cloudfront))
    assert status(site, created) == 200


def test_time_is_enough(site: EdgeSite) -> None:
    """If a write takes time, it is Deployed after that time, even without reads."""
    settings = site.sandbox.cloudfront.settings
    settings.deploy_after_reads = 1000
    created = site.distribution()
    site.grant(created)
    assert status(site, created) == 503
    settings.deploy_after_seconds = 1e-9
    assert status(site, created) == 200
