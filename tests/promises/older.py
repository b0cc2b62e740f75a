"""The world as an older botocore sees it: some members of CloudFront's documents are not in its model."""

from dataclasses import replace
from typing import Any

from cfstream.aws.client import Aws
from cfstream.ports import World
from tests.promises.studio import Studio
from tests.worlds import world_of


def older(studio: Studio, *members: str) -> Studio:
    """From now on cfstream's botocore does not know these members, like ``CacheBehavior.GrpcConfig``."""
    world = world_of(studio.sandbox)
    assert isinstance(world.aws, Aws)
    shapes = [shapes_of(world, write=write) for write in (False, True)]
    for member in members:
        shape, _, name = member.partition(".")
        for known in shapes:
            known[shape]["members"].pop(name, None)
    studio.world = replace(world, clock=studio.clock)
    return studio


def shapes_of(world: World, *, write: bool) -> Any:
    """The shapes in the model of a client that has not been used."""
    clients: Any = world.aws
    model = clients._clients.of("cloudfront", write=write).meta.service_model
    return model._service_description["shapes"]
