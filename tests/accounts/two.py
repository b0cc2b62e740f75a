"""Two accounts of the sandbox: the caller's own, and another one with a role that the caller may assume."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from cfstream.aws.connecting import connect
from cfstream.aws.sessions import ConnectionSettings
from cfstream.errors import Throttled
from cfstream.planning import Plan
from cfstream.ports import Call, Role, World, Writes
from cfstream.sandbox.accounts import ACCOUNT
from cfstream.sandbox.server import Sandbox as Server
from cfstream.spec.load import Stack, load
from cfstream.values import Json
from cfstream.workflow import make_plan
from tests.world.clients import clients_for
from tests.world.clock import QuickClock
from tests.world.other_user import OtherUser
from tests.world.ports import PassThrough
from tests.world.sandbox import Sandbox
from tests.world.specs import signed

OTHER = "222233334444"
ROLE = f"arn:aws:iam::{OTHER}:role/teams/video-deploy"
TRUSTED = {
    "Effect": "Allow",
    "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
    "Action": "sts:AssumeRole",
}

HERE = signed(name="lectures", bucket="media-here")
THERE = signed(name="lectures", bucket="media-there", role=ROLE)


def client(sandbox: Sandbox | Server, service: str, account: str = ACCOUNT) -> Any:
    """Return boto3's client with the credentials of an account."""
    return clients_for(sandbox.endpoint_url, account)(service)


def user(sandbox: Sandbox, account: str) -> OtherUser:
    """Return a user of an account who does not use cfstream."""
    return OtherUser(clients_for(sandbox.endpoint_url, account))


def trust(sandbox: Sandbox, **statement: Any) -> None:
    """Set the trust policy of the role. Members of `statement` replace those that trust the caller's account."""
    document = json.dumps({"Version": "2012-10-17", "Statement": [{**TRUSTED, **statement}]})
    iam = client(sandbox, "iam", OTHER)
    iam.update_assume_role_policy(RoleName="video-deploy", PolicyDocument=document)


def create_resources(sandbox: Sandbox) -> None:
    """Make the role in the other account, and a bucket with an object in each."""
    document = json.dumps({"Version": "2012-10-17", "Statement": [TRUSTED]})
    iam = client(sandbox, "iam", OTHER)
    iam.create_role(RoleName="video-deploy", Path="/teams/", AssumeRolePolicyDocument=document)
    for account, bucket in ((ACCOUNT, "media-here"), (OTHER, "media-there")):
        user(sandbox, account).bucket(bucket, "one.mp4")


class TwoAccounts:
    """Both accounts, a folder for specs, and a world with the caller's credentials."""

    def __init__(self, folder: Path, sandbox: Sandbox) -> None:
        self.folder, self.sandbox = folder, sandbox
        self.clock = QuickClock()

    def world(self, external_id: str | None = None) -> World:
        """Connect as a new run does."""
        settings = ConnectionSettings(
            region="us-east-1", endpoint_url=self.sandbox.endpoint_url, sandbox=True, external_id=external_id
        )
        return connect(settings, self.clock)

    def load(self, *documents: Mapping[str, Any]) -> tuple[Stack, ...]:
        """Return the stacks of these specs."""
        paths = [self.folder / f"{number}.yaml" for number in range(len(documents))]
        for path, document in zip(paths, documents, strict=True):
            path.write_text(json.dumps(document))
        return load([str(path) for path in paths])

    def plan(self, *documents: Mapping[str, Any], world: World | None = None) -> Plan:
        """Return the plan, by default of a new run."""
        return make_plan(self.load(*documents), world or self.world())

    def distributions(self, account: str) -> list[str]:
        """Return the comment and the tag of each distribution of an account."""
        state = self.sandbox.accounts.of(account)
        return sorted(
            f"{each.tags.get('cfstream:name')} {each.arn.split(':')[4]}" for each in state.distributions()
        )

    def statements(self, bucket: str, account: str) -> list[str]:
        """Return the Sids of a bucket's policy."""
        return [*user(self.sandbox, account).statements(bucket)]


def through(world: World, change: Callable[[Writes], Writes], *, account: str) -> World:
    """Return the world in which all calls to one account pass through `change`."""

    def changed(own: World) -> World:
        aws = change(own.aws) if own.account == account else own.aws
        return replace(own, aws=aws, assume=lambda role: changed(world.assume(role)))

    return changed(world)


class Answering(PassThrough):
    """A port that gives one answer of its own, and passes all other calls on."""

    def __init__(self, aws: Writes, operation: str, answer: Callable[[Call], Json]) -> None:
        self.aws, self._operation, self._answer = aws, operation, answer

    def read(self, call: Call) -> Json:
        return self._answer(call) if call.operation == self._operation else self.aws.read(call)

    def items(self, call: Call) -> Any:
        return self._answer(call) if call.operation == self._operation else self.aws.items(call)


class Slow(PassThrough):
    """A port whose first writes are throttled."""

    def __init__(self, aws: Writes, times: int) -> None:
        self.aws, self._left = aws, times

    def write(self, call: Call) -> Json:
        if self._left:
            self._left -= 1
            raise Throttled(call.operation, "Throttling", "Rate exceeded", status=400)
        return self.aws.write(call)


@contextmanager
def without_role(sandbox: Sandbox) -> Iterator[None]:
    """Delete the role for a while."""
    iam = client(sandbox, "iam", OTHER)
    iam.delete_role(RoleName="video-deploy")
    yield
    document = json.dumps({"Version": "2012-10-17", "Statement": [TRUSTED]})
    iam.create_role(RoleName="video-deploy", Path="/teams/", AssumeRolePolicyDocument=document)


def role(session: str = "cfstream-lectures") -> Role:
    """Return the role as a stack asks for it."""
    return Role(ROLE, session)
