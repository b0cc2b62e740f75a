"""Find who can read a stack's bucket now, for ``cfstream access``. Pure."""

from cfstream.access.evaluate import evaluate
from cfstream.access.openings import Expected, of_key, openings, shared
from cfstream.access.report import StackAccess
from cfstream.access.rows import access_rows
from cfstream.access.ways import Evaluation
from cfstream.access.world import BucketWorld
from cfstream.errors import Notice
from cfstream.planning.chains import chains
from cfstream.planning.expected import expected
from cfstream.planning.worlds import live_world
from cfstream.stack.context import StackContext
from cfstream.stack.proposal import KindResults


def stack_access(context: StackContext, results: KindResults, key: str | None) -> StackAccess:
    """Return who can read the stack's bucket, or one object of it."""
    world = live_world(context, results)
    said, seen = _judged(expected(context, world, live=True), world, key)
    opened = openings(seen, said)
    notices = [Notice(text) for text in opened.notes]
    if world.bucket.policy_unread:
        notices.append(
            Notice(f"the bucket policy could not be read: {world.bucket.policy_unread}", warning=True)
        )
    if not world.bucket.exists:
        notices.append(Notice(f"the bucket {world.bucket.name} does not exist"))
    if world.own is None:
        notices.append(Notice("the stack has no distribution yet"))
    return StackAccess(
        name=context.name,
        spec=context.stack.path,
        key=key,
        rows=access_rows(seen, said),
        openings=opened.openings,
        chains=chains(context, seen) if key is not None else (),
        notices=tuple(notices),
    )


def _judged(said: Expected, world: BucketWorld, key: str | None) -> tuple[Expected, Evaluation]:
    """Return who can read everything, or one key, and what of it is declared public."""
    if key is not None:
        return of_key(said, world, key)
    said, (seen,) = shared(said, *evaluate(world))
    return said, seen
