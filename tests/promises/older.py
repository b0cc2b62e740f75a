"""A world with an older botocore, whose model does not have some members of CloudFront's documents."""

from typing import Any

from cfstream.aws.client import Aws
from cfstream.aws.connecting import connect
from cfstream.aws.sessions import ConnectionSettings
from cfstream.ports import World
from tests.world.account import SandboxAccount
from tests.world.transport import forget_clients


def older(account: SandboxAccount, *members: str) -> SandboxAccount:
    """Remove these members, such as ``CacheBehavior.GrpcConfig``, from the model of cfstream's botocore."""
    forget_clients()
    world = connect(
        ConnectionSettings(region="us-east-1", endpoint_url=account.sandbox.endpoint_url, sandbox=True),
        account.clock,
    )
    forget_clients()
    assert isinstance(world.aws, Aws)
    shapes = [shapes_of(world, write=write) for write in (False, True)]
    for member in members:
        shape, _, name = member.partition(".")
        for known in shapes:
            known[shape]["members"].pop(name, None)
    account.world = world
    return account


def shapes_of(world: World, *, write: bool) -> Any:
    """Return the shapes in the model of a client that has not been used."""
    clients: Any = world.aws
    model = clients._clients.of("cloudfront", write=write).meta.service_model
    return model._service_description["shapes"]
