"""Grants on many objects, over boto3 and over awscrt: the same results, object by object."""

import json
import os
import threading
from collections.abc import Iterator
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from cfstream.aws.client import Aws
from cfstream.aws.clock import SystemClock
from cfstream.aws.fast.acl_xml import render
from cfstream.aws.fast_way import FastWay
from cfstream.aws.key_log import FileKeyLog
from cfstream.aws.sessions import Clients, ConnectionSettings
from cfstream.errors import Interrupted, Missing, NotAuthorized, Refused, Stale
from cfstream.ports import AclWork, no_bulk
from cfstream.steps.ledger import Ledger
from cfstream.steps.object_grants import ObjectGrants
from cfstream.steps.step import StepContext
from cfstream.values import Account, Address
from tests.bulk.s3 import OAI, PRIVATE, LoopbackS3, serving

ADDRESS = Address("object-acl", "lectures")
FOREIGN = {"Grantee": {"Type": "CanonicalUser", "ID": "c" * 64}, "Permission": "READ"}
ODD = ["a b", "a+b", "//x", "../y", "%41", "ü/é?&#", "'\"<>", "\U0001f600"]
KEYS = [*(f"lectures-{number % 4}/{number:05}.mp4" for number in range(250)), *ODD]

FAST = ["awscrt"] if find_spec("awscrt") else []
"""The extra is optional, also where the tests run."""


class AclClient:
    """One way to change ACLs: with boto3 or with awscrt, in a home directory of its own."""

    def __init__(self, s3: LoopbackS3, *, is_fast: bool) -> None:
        self.s3 = s3
        self.is_fast = is_fast
        self.clock = SystemClock()
        self.messages: list[str] = []
        self.clients = Clients(ConnectionSettings(region="eu-west-1", endpoint_url=s3.url))

    def run(self, permission: str | None = "READ", guard: Any = None, **more: Any) -> None:
        """Grant on the whole bucket."""
        edit = ObjectGrants(
            "b", "eu-west-1", Account("123456789012"), "", OAI, permission, total=len(self.s3.acls)
        )
        context = StepContext(
            Aws(self.clients),
            self.clock,
            {},
            Ledger(),
            progress=lambda text, _: self.messages.append(text),
            bulk=FastWay(self.clients) if self.is_fast else no_bulk,
            key_log=FileKeyLog,
        )
        replace(edit, **more).perform(context, ADDRESS, guard)


@pytest.fixture(params=["boto3", *FAST])
def client(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[AclClient]:
    """Each client, with a bucket of 258 objects on three pages."""
    for name, value in {
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "XDG_STATE_HOME": str(tmp_path / "state"),
        "AWS_ACCESS_KEY_ID": "first",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "no_proxy": "127.0.0.1",
    }.items():
        monkeypatch.setenv(name, value)
    with serving(KEYS) as s3:
        yield AclClient(s3, is_fast=request.param == "awscrt")


AGAIN = range(4)
"""How many reads may be repeated: on a busy machine the server may close a connection that a read is about to use."""


class HeldGuard:
    """A guard that holds, until `objects` is true."""

    def __init__(self) -> None:
        self.checks = 0
        self.objects = False

    def check(self, context: StepContext) -> None:
        self.checks += 1
        if self.objects:
            raise Stale("the distribution lost its signers")


def test_grant_again_and_revoke(client: AclClient) -> None:
    """Every object gets the grant beside its others; a second run only reads; a revocation restores every ACL."""
    client.s3.acls[KEYS[7]] = render({**PRIVATE, "Grants": [*PRIVATE["Grants"], FOREIGN]})
    before = {key: client.s3.acl(key) for key in KEYS}
    client.run()
    assert client.s3.granted() == {*KEYS}
    assert FOREIGN in client.s3.acl(KEYS[7])["Grants"]
    assert client.s3.calls["PUT"] == len(KEYS)
    read = client.s3.calls["GET"]
    assert read - len(KEYS) in AGAIN
    assert client.messages[-1] == f"{len(KEYS)} of {len(KEYS)} objects"
    client.run()
    assert client.s3.calls["PUT"] == len(KEYS)
    assert client.s3.calls["GET"] - read - len(KEYS) in AGAIN
    client.run(None)
    assert {key: client.s3.acl(key) for key in KEYS} == before


def test_bad_day(client: AclClient) -> None:
    """SlowDown, resets, errors inside S3, vanishing keys and objects of others, all at once: the rest is granted."""
    count = [0]
    others = {KEYS[20], KEYS[200]}

    def fault(kind: str, key: str) -> tuple[int, str] | None:
        count[0] += 1
        if key in others:
            return 403, "AccessDenied"
        if kind == "GET" and key == KEYS[3]:
            client.s3.acls.pop(KEYS[4], None)
        return {3: (503, "SlowDown"), 50: (0, ""), 90: (500, "InternalError")}.get(count[0] % 101)

    client.s3.fault = fault
    with pytest.raises(NotAuthorized, match=r"2 of \d+ objects not changed") as refused:
        client.run()
    assert client.s3.granted() == {*KEYS} - others - {KEYS[4]}
    place = refused.value.message.partition("(all keys: ")[2].partition(")")[0]
    listed = [json.loads(line) for line in Path(place).read_text(encoding="utf-8").splitlines()]
    assert {each["key"] for each in listed} == others
    assert Path(place).stat().st_mode & 0o777 == 0o600


def test_acls_that_a_write_would_damage(client: AclClient) -> None:
    """An ACL with a member that the client does not know, and one that is full, do not change. The rest is granted."""
    full = [{**FOREIGN, "Grantee": {"Type": "CanonicalUser", "ID": f"{n:064}"}} for n in range(100)]
    damaged = {
        KEYS[0]: render(PRIVATE).replace(b"</Grant>", b"<Until>2030-01-01</Until></Grant>"),
        KEYS[7]: render({**PRIVATE, "Grants": full}),
    }
    client.s3.acls.update(damaged)
    with pytest.raises(Refused, match=rf"2 of {len(KEYS)} objects not changed, first '{KEYS[0]}'") as refused:
        client.run()
    assert "settings that the installed boto3 does not know" in refused.value.message
    assert "Until" in refused.value.message
    assert {key: client.s3.acls[key] for key in damaged} == damaged
    for key in damaged:
        del client.s3.acls[key]
    assert client.s3.granted() == {*KEYS} - damaged.keys()


def test_guard(client: AclClient) -> None:
    """The guard is checked before the first write. If it objects, nothing is written and the step is stale."""
    guard = HeldGuard()
    guard.objects = True
    with pytest.raises(Stale, match="lost its signers"):
        client.run(guard=guard)
    assert client.s3.calls["PUT"] == 0
    guard.objects = False
    client.run(guard=guard)
    assert client.s3.granted() == {*KEYS}
    guard.objects = True
    client.run(guard=guard)


def test_guard_objects_meanwhile(client: AclClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """A guard that objects after a pause ends the step, and the objects that are done stay done."""
    guard = HeldGuard()

    def fault(kind: str, key: str) -> tuple[int, str] | None:
        if kind == "PUT" and key == KEYS[100]:
            guard.objects = True
            return 503, "SlowDown"
        return None

    client.s3.fault = fault
    with pytest.raises(Stale):
        client.run(guard=guard)
    assert KEYS[100] not in client.s3.granted()


def test_interrupted_and_resumed(client: AclClient) -> None:
    """An interrupted step leaves no object half done, and the next run finishes the rest."""
    reached = threading.Event()

    def fault(kind: str, key: str) -> tuple[int, str] | None:
        if client.s3.calls["PUT"] == 60 and not reached.is_set():
            reached.set()
            client.clock.interrupt()
        return None

    client.s3.fault = fault
    with pytest.raises(Interrupted, match=r"interrupted with \d+ of 258 objects done"):
        client.run()
    done = len(client.s3.granted())
    assert 60 <= done < len(KEYS)
    assert client.s3.calls["GET"] == client.s3.calls["PUT"] == done
    client.clock = SystemClock()
    client.run()
    assert client.s3.granted() == {*KEYS}
    assert client.s3.calls["PUT"] == len(KEYS)


def test_new_and_vanishing_objects(client: AclClient) -> None:
    """A bucket that gains and loses objects while it is granted."""

    def fault(kind: str, key: str) -> tuple[int, str] | None:
        client.s3.acls.setdefault("zzz/new", render(PRIVATE))
        if kind == "GET" and key.startswith("lectures-0/"):
            client.s3.acls.pop("lectures-1/00249.mp4", None)
        return None

    client.s3.fault = fault
    client.run()
    assert client.s3.granted() == {*KEYS, "zzz/new"} - {"lectures-1/00249.mp4"}


def test_no_bucket(client: AclClient) -> None:
    """A bucket that cannot be listed is reported as S3 reports it."""
    client.s3.fault = lambda kind, key: (404, "NoSuchBucket")
    with pytest.raises(Missing, match="NoSuchBucket it is"):
        client.run()


@pytest.mark.parametrize("client", FAST, indirect=True)
def test_new_credentials(client: AclClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Credentials that expire half-way are replaced by those that botocore has refreshed."""
    current: list[tuple[str, str, str | None]] = [("first", "secret", None)]
    monkeypatch.setattr(client.clients, "frozen_credentials", lambda: current[0])

    def fault(kind: str, key: str) -> tuple[int, str] | None:
        expired = client.s3.calls["PUT"] > 60 and client.s3.signers["second"] == 0
        if expired:
            current[0] = ("second", "secret", "token")
        return (400, "ExpiredToken") if expired else None

    client.s3.fault = fault
    client.run()
    assert client.s3.granted() == {*KEYS}
    assert client.s3.signers["second"] > 0


def test_awscrt_is_missing(
    client: AclClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Without awscrt, boto3 is used. A log message says once that it is slower."""
    monkeypatch.setattr("cfstream.aws.fast_way.has_extra", lambda _name: False)
    fast = FastWay(client.clients)
    work = AclWork("b", "", Account("123456789012"), "", "", OAI, "READ")
    assert (fast(work), fast(work)) == (None, None)
    assert [each.message for each in caplog.records if "cfstream[fast]" in each.message] == [
        "object grants are slower: awscrt is not installed. fix: pip install 'cfstream[fast]'"
    ]
