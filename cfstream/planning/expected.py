"""Find who may read according to a spec, to judge openings. Pure."""

from collections.abc import Iterable

from cfstream.access.expected import Expected
from cfstream.access.model import AccessModel
from cfstream.access.policy import Declared
from cfstream.access.reader import Reader, ReaderKind
from cfstream.planning.promises import promises
from cfstream.spec.http import Behavior
from cfstream.spec.key_groups import AnyKeyGroup, KeyGroup
from cfstream.spec.model import Spec
from cfstream.stack.context import StackContext


def expected(context: StackContext, model: AccessModel, *, live: bool = False) -> Expected:
    """Return who may read the stack's bucket in `model` by its spec, and by the other specs of the run.

    In a `live` model, apply closes what the stack's own distribution opens.
    """
    spec = context.stack.spec
    declared = Declared(
        account=context.account,
        owner=model.bucket.owner,
        identities=frozenset(str(each) for each in model.identities.values()),
        also_read_by=spec.also_read_by,
        also_managed_by=spec.also_managed_by,
    )
    return Expected(
        stack=context.name,
        declared=declared,
        signers=frozenset(_signers(spec, model)),
        promises=promises(context, model),
        repair=context.applying if live else "",
        flags=context.flags,
    )


def _signers(spec: Spec, model: AccessModel) -> Iterable[Reader]:
    """Yield every signer of the spec, for any path. A used group may be given by its id."""
    parts: tuple[Spec | Behavior, ...] = (spec, *spec.http.behaviors)
    for part in parts:
        for group in part.key_groups or ():
            yield Reader(ReaderKind.KEY_GROUP, _name(group, model))
        for account in part.trusted_signers or ():
            yield Reader(ReaderKind.SIGNER, model.account if account == "self" else account)


def _name(group: AnyKeyGroup, model: AccessModel) -> str:
    return group.name if isinstance(group, KeyGroup) else str(model.group_name(group.use))
