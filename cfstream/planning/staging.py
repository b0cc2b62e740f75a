"""Decide when a grant is made: narrowed first, as soon as possible, or only when the new signers are in force. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from cfstream.access.compare import State, losses
from cfstream.access.evaluate import evaluate
from cfstream.access.evaluation import Evaluation
from cfstream.access.model import AccessModel
from cfstream.access.origins import requester_of
from cfstream.access.partition import Cell
from cfstream.access.policy import Requester
from cfstream.access.reach import Reach, gained, reach
from cfstream.access.reader import Reader
from cfstream.planning.access_models import projected, projected_all
from cfstream.planning.evaluated_steps import exposed, exposed_to_keys
from cfstream.policy_document import prefix_of, statements
from cfstream.startup.frozen import dataclass
from cfstream.steps.bucket_policy import PolicyEdit
from cfstream.steps.grant import ProposedGrant
from cfstream.steps.object_grants import ObjectGrants
from cfstream.steps.revoke import Revoke
from cfstream.steps.stage import Stage
from cfstream.steps.step import Change, Step
from cfstream.values import Known, refs_in

_ALLOWS_MORE = "the stack's present statement would allow more readers after the switch than the spec names"


@dataclass(frozen=True)
class Stager:
    """Finds the stage of each grant of a stack by what it would open then."""

    live: AccessModel
    steps: tuple[Step, ...]
    """In the order of their stages, with each grant at its earliest."""
    stack: str

    @property
    def base(self) -> AccessModel:
        """The model just before the first grant, with everything done that comes earlier."""
        return projected_all(self.live, self._early(), self.stack)

    @property
    def lagging(self) -> AccessModel:
        """The same model at an edge that still accepts the former keys of the key groups."""
        early = [step for step in self._early() if step.stage is not Stage.KEY_GROUPS]
        return projected_all(self.live, early, self.stack)

    def _early(self) -> list[Step]:
        earliest = Stage.GRANT.position
        return [
            step
            for step in self.steps
            if step.stage.position < earliest and not isinstance(step, ProposedGrant)
        ]

    @property
    def final(self) -> AccessModel:
        """The model after all steps."""
        return projected_all(self.live, self.steps, self.stack)

    def staged(self) -> Iterator[Step]:
        """Yield the steps, each grant at its stage; one that has to wait may be preceded by its smaller part."""
        for step in self.steps:
            if isinstance(step, ProposedGrant):
                yield from self._grant(step)
            else:
                yield from self._narrowed_before(step)
                yield step

    def _grant(self, grant: ProposedGrant) -> Iterator[Step]:
        whole = replace(grant, first=None, opens=self._opens(grant))
        if not self._exposes(grant):
            # The statement names the former identity too, so it may open something although the new one reads no more.
            narrows = not whole.opens and self._replaces(grant)
            yield replace(whole, stage=Stage.NARROW) if narrows else whole
        else:
            if grant.first is not None:
                part = replace(whole, edit=grant.first)
                part = replace(part, opens=self._opens(part))
                if not self._exposes(part):
                    yield part
            yield from self._left_over(grant)
            yield replace(whole, stage=Stage.LATE_GRANT)

    def _left_over(self, grant: ProposedGrant) -> Iterator[Revoke]:
        """Yield the removal of the stack's present statement, if the switch would open what it still allows.

        It stays if somebody reads by it who can read at the end too.
        """
        edit, until = grant.edit, Stage.SWITCH.position
        if isinstance(edit, ObjectGrants) or not self._replaces(grant):
            return
        early = [
            step
            for step in self.steps
            if step.stage.position <= until and not isinstance(step, ProposedGrant)
        ]
        switched = projected_all(self.live, early, self.stack)
        if exposed(*evaluate(self.live, switched, self.final)) is None:
            return
        sids = frozenset(str(each["Sid"]) for each in edit.put)
        step = Revoke(
            address=grant.address,
            stage=Stage.NARROW,
            because=_ALLOWS_MORE,
            line=grant.line,
            edit=replace(edit, put=(), drop=edit.drop | sids),
        )
        if self._loses_only_what_ends(step):
            yield step

    def _narrowed_before(self, step: Step) -> Iterator[Revoke]:
        """Yield the change of a statement to the objects that get grants of their own, if it must not stay until then.

        It is revoked once the change of the distribution is Deployed. If it stayed until then, viewers of the changed
        distribution could read everything that it allows beyond the new grants.
        """
        edit = step.edit if isinstance(step, Revoke) else None
        grants = [each.edit for each in self.steps if isinstance(each, ProposedGrant)]
        on_objects = next((each for each in grants if isinstance(each, ObjectGrants)), None)
        if not isinstance(step, Revoke) or not isinstance(edit, PolicyEdit) or on_objects is None:
            return
        switched = [each for each in self.steps if each.stage.position <= Stage.SWITCH.position]
        during = projected_all(self.live, switched, self.stack)
        if exposed(*evaluate(self.live, during, self.final)) is None:
            return
        present = [each for each in statements(self.live.bucket.policy) if each.get("Sid") in edit.drop]
        if all(prefix_of(each, edit.bucket) == on_objects.prefix for each in present):
            return  # they allow just these objects already
        objects = f"arn:{self.live.partition}:s3:::{edit.bucket}/{on_objects.prefix}*"
        rest = [{name: each[name] for name in each if name != "NotResource"} for each in present]
        narrowed = replace(
            step,
            stage=Stage.NARROW,
            because=_ALLOWS_MORE,
            changes=(Change("grant.prefix", prefix_of(present[0], edit.bucket), on_objects.prefix),),
            edit=replace(edit, put=tuple({**each, "Resource": objects} for each in rest), drop=frozenset()),
        )
        if self._loses_only_what_ends(narrowed):
            yield narrowed

    def _loses_only_what_ends(self, step: Step) -> bool:
        """Return whether everybody who loses access by the step, if it is done first, has none at the end either."""
        now, after, final = evaluate(self.live, projected(self.live, step, self.stack), self.final)
        return _lost(now, after) <= _lost(now, final)

    def _replaces(self, grant: ProposedGrant) -> bool:
        """Return whether the grant only changes an existing one, so that it needs no step before it."""
        return not isinstance(grant.edit, ObjectGrants) and not refs_in(grant.asks())

    def _opens(self, grant: ProposedGrant) -> bool:
        """Return whether CloudFront can read more afterwards, for any viewers."""
        requester = own_requester(self.final)
        before, after = reach((self.base, projected(self.base, grant)), (requester, requester))
        return bool(gained(before, after))

    def _exposes(self, grant: ProposedGrant) -> bool:
        """Return whether somebody could read right after it who can read neither now nor at the end."""
        seen = evaluate(self.live, projected(self.base, grant, self.stack), self.final)
        lagging = evaluate(self.live, projected(self.lagging, grant, self.stack), self.final)
        return exposed(*seen) is not None or exposed_to_keys(*lagging)


def _lost(before: Evaluation, after: Evaluation) -> set[tuple[Reader, Known, Cell]]:
    """Return who loses which cells at which distribution."""
    return {
        (loss.access.reader, loss.access.distribution_id, cell)
        for loss in losses(before, after)
        for cell in loss.cells
    }


def own_requester(model: AccessModel) -> Requester | None:
    """Return who S3 sees when the stack's own distribution reads its bucket; None if it does not."""
    own = model.own_distribution
    origin = own.default_origin if own else None
    if own is None or origin is None:
        return None
    return requester_of(model, own, origin)


def widened(
    live: AccessModel, final: AccessModel, *, granted: bool, ours: AccessModel | None = None
) -> tuple[Cell, ...]:
    """Return the cells that CloudFront may read at the end for this stack, and may not read now.

    An earlier run approved what a statement of ours already gives to the new identity, so it is not new. `ours` is the
    live model without the other statements that allow; None if it has no others. A statement of others by which the
    distribution does not read yet counts.

    None if no statement of the stack is `granted` and it can read nothing now, or only single objects: a first grant
    widens nothing, and neither does one that resumes an interrupted run.
    """
    was, will = own_requester(live), own_requester(final)
    by_former, by_new, after = reach((live, ours or live, final), (was, will, will))
    before = _either(by_former, by_new)
    if not granted and all(cell.objects[0] is not None for cell in before):
        return ()
    return gained(before, after)


def _either(one: Reach, other: Reach) -> Reach:
    """Return what the two may read together: certainly, if one of them certainly may."""
    return {**one, **{cell: state for cell, state in other.items() if not _certain(one.get(cell))}}


def _certain(state: State) -> bool:
    return state is not None and state[0]


def ordered_by_stage(steps: Sequence[Step]) -> tuple[Step, ...]:
    """Return the steps by stage; those of one stage keep their order."""
    return tuple(sorted(steps, key=lambda step: step.stage.position))
