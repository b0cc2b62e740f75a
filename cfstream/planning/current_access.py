"""Find who can read a stack's bucket now, for ``cfstream access``. Pure."""

from cfstream.access.evaluate import evaluate
from cfstream.access.evaluation import Evaluation
from cfstream.access.excluded import served_by
from cfstream.access.expected import Expected, of_key, shared
from cfstream.access.model import AccessModel
from cfstream.access.openings import openings
from cfstream.access.report import StackAccess
from cfstream.access.rows import access_rows
from cfstream.errors import Notice
from cfstream.planning.access_models import live_model
from cfstream.planning.aws_commands import with_reaching_fix
from cfstream.planning.chains import chains
from cfstream.planning.expected import expected
from cfstream.stack.context import StackContext
from cfstream.stack.proposal import KindResults


def stack_access(context: StackContext, results: KindResults, key: str | None) -> StackAccess:
    """Return who can read the stack's bucket, or one object of it."""
    model = live_model(context, results)
    wanted, seen = _judged(expected(context, model, live=True), model, key)
    opened = openings(seen, wanted)
    notices = [*map(Notice, opened.notes), *model.bucket.assumptions]
    if model.bucket.policy_unread:
        notices.append(
            Notice(f"the bucket policy could not be read: {model.bucket.policy_unread}", warning=True)
        )
    if not model.bucket.exists:
        notices.append(Notice(f"the bucket {model.bucket.name} does not exist"))
    if model.own is None:
        notices.append(Notice("the stack has no distribution yet"))
    return StackAccess(
        name=context.name,
        spec=context.stack.path,
        key=key,
        rows=access_rows(seen, wanted, served_by(seen)),
        openings=tuple(with_reaching_fix(each, context.flags) for each in opened.openings),
        chains=chains(context, seen) if key is not None else (),
        notices=tuple(notices),
    )


def _judged(wanted: Expected, model: AccessModel, key: str | None) -> tuple[Expected, Evaluation]:
    """Return who can read everything, or one key, and what of it is declared public."""
    if key is not None:
        return of_key(wanted, model, key)
    wanted, (seen,) = shared(wanted, *evaluate(model))
    return wanted, seen
