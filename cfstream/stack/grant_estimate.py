"""What a grant on many objects takes with each engine, as a plan shows it."""

from typing import Literal, TypeAlias

from cfstream.startup.frozen import dataclass

Engine: TypeAlias = Literal["local", "s3-batch"]


@dataclass(frozen=True)
class EngineEstimate:
    """The estimate for one engine."""

    engine: Engine
    objects: int
    """The objects that it goes through."""
    calls: int
    """The calls of this machine."""
    minutes: int
    fast_minutes: int | None = None
    """The minutes with the extra `fast`; None if it makes no difference."""
    dollars: float | None = None
    """The price without S3's requests, unconfirmed; None if there is no other price than that of the calls."""


@dataclass(frozen=True)
class GrantEstimate:
    """The estimate of a grant, and the engine that the plan uses."""

    objects: int
    lacking: int
    """Objects without the grant."""
    at_least: bool
    """Whether there may be many more objects: only a sample was read."""
    engine: Engine
    because: str
    """Why the plan uses this engine."""
    engines: tuple[EngineEstimate, ...]
