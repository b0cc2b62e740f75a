"""The plan of a stack whose account could not be read: it has only a problem."""

from cfstream.errors import CannotAssume, CfstreamError, NotAuthorized, Problem, SpecProblems
from cfstream.planning.plan import StackPlan
from cfstream.spec.stack import Stack
from cfstream.values import Account


def unread(stack: Stack, account: Account, error: CfstreamError, *, destroying: bool) -> StackPlan:
    """Return the plan of a stack that is left out because of `error`; the problem names account and role."""
    spec = stack.spec
    return StackPlan(
        name=spec.name,
        spec=stack.path,
        spec_sha256=stack.spec_sha256,
        account=account,
        role=spec.role or "",
        problems=_problems(stack, account, error),
        protect=spec.protect,
        destroying=destroying,
        unread=True,
        failed=not isinstance(error, (SpecProblems, CannotAssume, NotAuthorized)),
    )


def _problems(stack: Stack, account: Account, error: CfstreamError) -> tuple[Problem, ...]:
    if isinstance(error, SpecProblems):
        return error.problems
    role = stack.spec.role
    field = ("role",) if role else ("account",) if stack.spec.account else ("name",)
    if isinstance(error, CannotAssume):
        return (stack.problem(error.what, error.do, *field),)
    whose = f"account {account} with the role {role}" if role else f"account {account}"
    return (stack.problem(f"{whose} cannot be read: {error.what}", error.do, *field),)
