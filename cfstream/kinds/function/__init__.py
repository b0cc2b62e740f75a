"""CloudFront functions: the spec names them, and CloudFront runs them for viewers (``http.functions``).

cfstream does not manage functions. This kind looks up the published stage of each one, reports what CloudFront would
refuse, and brings the ARNs. The entry ``functions`` of `HTTP_FIELDS` writes them into the behaviors.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field

from cfstream.domain import CacheBehavior, LiveDistribution, PathPattern
from cfstream.errors import Missing, Notice, Problem, Refused
from cfstream.kinds.function.association import ARN_BEFORE_NAME
from cfstream.ports import Answer, Call, Reads
from cfstream.spec.http.behaviors import FunctionNames
from cfstream.spec.model import Spec
from cfstream.spec.wording import nearest
from cfstream.stack.calls import ANYTHING, Needs, Scope, calls, optional
from cfstream.stack.context import StackContext
from cfstream.stack.kind import Kind
from cfstream.stack.live_state import LiveState
from cfstream.stack.proposal import KindResults, Proposal
from cfstream.stack.survey import listed
from cfstream.startup.frozen import dataclass

KIND = "function"
LIVE, DEVELOPMENT = "LIVE", "DEVELOPMENT"
"""The stages of a function. Only a function in the stage LIVE can be associated (API, FunctionAssociations)."""

LISTING = Call("cloudfront", "list_functions", {"Stage": LIVE})
SCOPE = Scope(
    "Functions",
    lambda spec, place: tuple(place.arn("cloudfront", f"function/{name}") for name in names(spec)),
)

SpecPath = tuple[str | int, ...]


@dataclass(frozen=True)
class WantedFunctions:
    """The names of the functions in the spec."""

    names: tuple[str, ...]


@dataclass(frozen=True)
class LiveFunctions:
    """The functions that the spec names, by name."""

    published: Mapping[str, str] = field(default_factory=dict)
    """The ARNs of those in the stage LIVE."""
    drafts: Mapping[str, str] = field(default_factory=dict)
    """The ETags of those that were never published."""
    unread: Mapping[str, str] = field(default_factory=dict)
    """Why AWS did not show the others that may exist."""
    others: tuple[str, ...] = ()
    """The account's published functions, if one that the spec names does not exist."""


class FunctionKind(Kind[WantedFunctions, LiveFunctions]):
    """The kind ``function``."""

    name = KIND
    scopes = (SCOPE,)
    dispensable = frozenset({"describe_function"})

    def desire(self, context: StackContext) -> WantedFunctions | None:
        """Return the functions that the spec names; None if it names none."""
        named = () if context.destroying else names(context.stack.spec)
        return WantedFunctions(named) if named else None

    def observe(self, aws: Reads, state: LiveState, want: WantedFunctions | None) -> LiveFunctions:  # noqa: ARG002
        """Read the stage LIVE of each function; for one without it, the other stage. Raises as `Reads.together`."""
        if want is None:
            return LiveFunctions()
        answers = _described(aws, want.names, LIVE)
        missing = [name for name, answer in answers.items() if isinstance(answer, Missing)]
        drafts = _described(aws, missing, DEVELOPMENT)
        gone = any(isinstance(answer, Missing) for answer in drafts.values())
        return LiveFunctions(
            others=tuple(str(row["Name"]) for row in listed(aws, LISTING)) if gone else (),
            published={
                name: answer["FunctionSummary"]["FunctionMetadata"]["FunctionARN"]
                for name, answer in answers.items()
                if not isinstance(answer, Refused)
            },
            drafts={
                name: str(each["ETag"]) for name, each in drafts.items() if not isinstance(each, Refused)
            },
            unread={
                name: answer.what
                for name, answer in {**answers, **drafts}.items()
                if isinstance(answer, Refused) and not isinstance(answer, Missing)
            },
        )

    def propose(
        self, context: StackContext, want: WantedFunctions | None, have: LiveFunctions, results: KindResults
    ) -> Proposal:
        """Bring the ARN of each function, or report why CloudFront would refuse it. There are no steps.

        The ARN of a function that AWS does not show follows from its name.
        """
        if want is None:
            return Proposal()
        assumed = {
            name: f"arn:{context.partition}:cloudfront::{context.account}{ARN_BEFORE_NAME}{name}"
            for name in have.unread
        }
        return Proposal(
            brings={
                context.address(KIND, name): {"id": arn}
                for name, arn in {**have.published, **assumed}.items()
            },
            problems=(*_unpublished(context, have), *_beside_lambdas(context, results.own)),
            notices=tuple(
                Notice(f"the function {name} could not be looked up: {why}")
                for name, why in sorted(have.unread.items())
            ),
        )

    def survey(self, aws: Reads, stacks: Sequence[LiveState]) -> None:  # noqa: ARG002
        """Read the stage LIVE of each function of the account."""
        _described(aws, [row["Name"] for row in listed(aws, LISTING)], LIVE)

    def reads(self, spec: Spec, *, destroying: bool) -> Needs:
        """Yield the read of each function that the spec names."""
        if not destroying and names(spec):
            yield from calls(SCOPE, "cloudfront", "describe_function")
            yield from optional(calls(ANYTHING, LISTING.service, LISTING.operation))


def names(spec: Spec) -> tuple[str, ...]:
    """Return the names of the functions in a spec, each once, sorted."""
    return tuple(sorted({name for _, section in _sections(spec) for name in section.by_event.values()}))


def _sections(spec: Spec) -> Iterator[tuple[SpecPath, FunctionNames]]:
    """Yield each ``functions`` of a spec, with its place."""
    found: list[tuple[SpecPath, FunctionNames | None]] = [(("http", "functions"), spec.http.functions)]
    found += [
        (("http", "behaviors", number, "functions"), behavior.functions)
        for number, behavior in enumerate(spec.http.behaviors)
    ]
    yield from ((place, section) for place, section in found if section is not None)


def _described(aws: Reads, named: Sequence[str], stage: str) -> dict[str, Answer]:
    """Return what AWS shows of one stage of each function, by name."""
    described = [Call("cloudfront", "describe_function", {"Name": name, "Stage": stage}) for name in named]
    return dict(zip(named, aws.together(described) if described else (), strict=True))


def _unpublished(context: StackContext, have: LiveFunctions) -> Iterator[Problem]:
    """Yield a problem for each name of a function that does not exist or was never published."""
    for place, section in _sections(context.stack.spec):
        for event, name in section.by_event.items():
            publish = f"aws cloudfront publish-function --name {name} --if-match"
            if name in have.drafts:
                what = (
                    f"the function {name} is not published: CloudFront only runs functions in the stage LIVE"
                )
                yield context.stack.problem(what, f"run: {publish} {have.drafts[name]}", *place, event)
            elif name not in have.published and name not in have.unread:
                what = f"the function {name} does not exist in account {context.account}"
                create = f"aws cloudfront create-function --name {name} …"
                make = f"create and publish it: {create}, then {publish} ETAG"
                near = nearest(name, have.others, alike=0.75) or "the name of another one"
                do = f"write {near}, or {make}"
                yield context.stack.problem(what, do, *place, event)


def _beside_lambdas(context: StackContext, live: LiveDistribution | None) -> Iterator[Problem]:
    """Yield a problem for each behavior that would have functions beside Lambda@Edge functions at a viewer event.

    CloudFront refuses both on one behavior (Developer Guide, "Restrictions on all edge functions").
    """
    if live is None:
        return
    for place, section in _sections(context.stack.spec):
        behavior = _behavior(context.stack.spec, live, place)
        beside = next((each for each in behavior.lambdas if each.at_viewer), None)
        if beside and section.by_event:
            where = behavior.path or "the default behavior"
            what = (
                f"{where} of {live.id} runs the Lambda@Edge function {beside.arn} at {beside.event}, and CloudFront "
                "allows no functions beside it"
            )
            yield context.stack.problem(
                what, "detach the Lambda@Edge function first, or delete functions", *place
            )


def _behavior(spec: Spec, live: LiveDistribution, place: SpecPath) -> CacheBehavior:
    """Return the live behavior that a section describes. A new one begins as a copy of the default behavior."""
    if place == ("http", "functions"):
        return live.default
    pattern = PathPattern(spec.http.behaviors[int(place[2])].path)
    return next((each for each in live.named if each.pattern == pattern), live.default)
