"""Find the hazards that follow from who can read before and after. Pure.

`plan` and `diff` share this: both compare who can read in two models. Hazards of single fields, like an older TLS
policy, are found where the field is compared (`OwnedField.hazards`).
"""

from collections.abc import Hashable, Iterable, Iterator, Sequence

from cfstream.access.compare import Loss, losses, opened_to_anyone, others_opened_to_anyone
from cfstream.access.evaluate import evaluate
from cfstream.access.evaluation import Evaluation, ReadAccess
from cfstream.access.model import AccessModel
from cfstream.access.openings import how, witness_path
from cfstream.access.partition import Cell
from cfstream.access.reader import ANYONE, May, ReaderKind
from cfstream.domain import Distribution
from cfstream.domain.distribution import account_words
from cfstream.steps.hazards import SIGNERS, Hazard, HazardName
from cfstream.values import plain

Net = tuple[Evaluation, Evaluation]
"""The models before and after a whole plan. A change by a step counts only if it lasts until the end."""


def opening_hazards(before: Evaluation, after: Evaluation, net: Net | None = None) -> tuple[Hazard, ...]:
    """Return a hazard for each way that opens paths to anyone that needed a signature, or that nobody could read."""
    lasting = {cell for cell, _ in opened_to_anyone(*net)} if net else None
    found: dict[str, tuple[str, str]] = {}
    for cell, access in opened_to_anyone(before, after):
        if lasting is None or cell in lasting:
            own = access.behavior is not None and access.distribution_id == after.model.own
            text = (
                f"{_where(access)}: anyone can read {_it(access)} without a signature"
                if own
                else f"anyone can read the bucket through {how(after, access)}"
            )
            found.setdefault(text, (witness_path(cell, access), _signing_field(access) if own else ""))
    read = (
        Hazard(HazardName.MAKES_PUBLIC, f"{text}, for example {path}", field)
        for text, (path, field) in found.items()
    )
    return (*read, *_other_openings(before, after, net))


_WHAT = {
    May.LIST: "list the objects",
    May.WRITE: "write objects",
    May.MANAGE: "change who can read",
}


def _other_openings(before: Evaluation, after: Evaluation, net: Net | None) -> Iterator[Hazard]:
    """Yield a hazard for each behavior by which anyone may list, write or manage afterwards, and not before."""
    lasting = set(others_opened_to_anyone(*net)) if net else None
    for each in others_opened_to_anyone(before, after):
        if each.access is not None and (lasting is None or each in lasting):
            can = f"anyone can {_WHAT[each.may]} without a signature through {how(after, each.access)}"
            yield Hazard(HazardName.MAKES_PUBLIC, f"{_where(each.access)}: {can}")


def cutting_hazards(before: Evaluation, after: Evaluation, net: Net | None = None) -> tuple[Hazard, ...]:
    """Return a hazard for each reader who loses paths. Closing what anyone could read is not a hazard."""
    lasting = {_lost(loss): set(loss.cells) for loss in losses(*net)} if net else None
    found = []
    for loss in losses(before, after):
        cells = [cell for cell in loss.cells if lasting is None or cell in lasting.get(_lost(loss), ())]
        if cells and not _closes(before, loss):
            found.append(_cut(before, after, loss, cells[0]))
    return tuple(dict.fromkeys(found))


def moving_hazards(before: AccessModel, left: AccessModel, after: AccessModel) -> tuple[Hazard, ...]:
    """Return a hazard for each signer who loses paths because the distribution reads another bucket.

    `before` and `left` are the models around the former bucket, before and after the plan; `after` is the model around
    the new one. Only a reader who can read in neither of the latter two loses something.
    """
    was, still, will = evaluate(before, left, after)
    return cutting_hazards(was, will, net=(was, still))


def _lost(loss: Loss) -> Hashable:
    return loss.access.reader, loss.access.distribution_id


def _closes(before: Evaluation, loss: Loss) -> bool:
    """Return whether the loss only closes what anyone could read through the stack's own distribution."""
    return loss.access.reader == ANYONE and loss.access.distribution_id == before.model.own


def _cut(before: Evaluation, after: Evaluation, loss: Loss, cell: Cell) -> Hazard:
    access = loss.access
    path, field = witness_path(cell, access), ""
    if access.behavior is None:
        text = f"{access.reader.prose} can no longer read {path} through {how(before, access)}"
    elif not _answers(after, access):
        own = access.distribution_id == before.model.own
        field = "enabled" if own else ""
        which = "stack's own " + _kind(access) if own else f"{_kind(access)} {plain(access.distribution_id)}"
        stays = any(each.id == access.distribution_id for each in after.model.distributions)
        why = ", because it is disabled" if stays else ""
        text = f"the {which} no longer answers{why}: nobody can read through it"
    elif access.distribution_id != before.model.own:
        text = f"the {_kind(access)} {plain(access.distribution_id)} can no longer read the bucket, for example {path}"
    else:
        own_account = access.reader.name == before.model.account
        name = plain(access.reader.name)
        key_group = access.reader.kind is ReaderKind.KEY_GROUP
        who = f"key group {name}" if key_group else account_words("self" if own_account else name)
        serving = _serving(after, cell, access)
        where = _where(serving)
        field = "grant" if serving is access else _signing_field(serving)
        text = (
            f"{where}: URLs and cookies signed by {who} stop working, for example for {path}; edges "
            "change one after another until the distribution is Deployed"
        )
    return Hazard(HazardName.CUTS_VIEWERS, text, field)


def _serving(after: Evaluation, cell: Cell, access: ReadAccess) -> ReadAccess:
    """Return the way by which the distribution serves a cell afterwards; the former one if it does not."""
    accesses = (each for found, each in after.rows if found is cell)
    return next((each for each in accesses if each.distribution_id == access.distribution_id), access)


def _answers(seen: Evaluation, access: ReadAccess) -> bool:
    return any(each.id == access.distribution_id and each.enabled for each in seen.model.distributions)


def _kind(access: ReadAccess) -> str:
    return access.distribution.delivery.words if access.distribution else "distribution"


def _signing_field(access: ReadAccess) -> str:
    """Return the field that decides who must sign for a way through the stack's own distribution."""
    path = access.behavior.path if access.behavior else ""
    return f"http.behaviors[{path}]" if path else SIGNERS


def _where(access: ReadAccess) -> str:
    if access.behavior is None:
        return "the bucket"
    if access.path and access.distribution is not None:
        return f"the path {access.path}{_root(access.distribution)}"
    return f"paths that match {access.behavior.path}" if access.behavior.path else "the default behavior"


def _it(access: ReadAccess) -> str:
    """Return the pronoun for what `_where` returns."""
    return "them" if _where(access).startswith("paths") else "it"


def _root(distribution: Distribution) -> str:
    root = distribution.default_root_object
    return f" (default root object {root})" if root else ""


def widening_hazard(prefix: str, gained: Sequence[Cell]) -> Iterator[Hazard]:
    """Yield a hazard if CloudFront may read more than before."""
    if gained:
        under = f"everything under {prefix}" if prefix else "the whole bucket"
        text = f"CloudFront gains access to {under}, for example to /{gained[0].witness}"
        yield Hazard(HazardName.WIDENS_GRANT, text, "grant.prefix")


def unique(hazards: Iterable[Hazard]) -> tuple[Hazard, ...]:
    """Return each hazard once, in the order given."""
    return tuple(dict.fromkeys(hazards))
