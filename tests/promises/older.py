"""A world with an older botocore, whose model does not have some members of CloudFront's documents."""

from dataclasses import replace
from typing import Any

from cfstream.aws.client import Aws
from cfstream.ports import World
from tests.promises.studio import Studio
from tests.world.transport import forget_clients
from tests.worlds import world_of


def older(studio: Studio, *members: str) -> Studio:
    """Remove these members, such as ``CacheBehavior.GrpcConfig``, from the model of cfstream's botocore."""
    forget_clients()
    world = world_of(studio.sandbox)
    forget_clients()
    assert isinstance(world.aws, Aws)
    shapes = [shapes_of(world, write=write) for write in (False, True)]
    for member in members:
        shape, _, name = member.partition(".")
        for known in shapes:
            known[shape]["members"].pop(name, None)
    studio.world = replace(world, clock=studio.clock)
    return studio


def shapes_of(world: World, *, write: bool) -> Any:
    """Return the shapes in the model of a client that has not been used."""
    clients: Any = world.aws
    model = clients._clients.of("cloudfront", write=write).meta.service_model
    return model._service_description["shapes"]
