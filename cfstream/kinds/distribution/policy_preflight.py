"""What CloudFront or S3 would refuse about the policies that a spec names, found before anything is written."""

from collections.abc import Iterator

from cfstream.domain import LiveDistribution, document, with_pattern
from cfstream.errors import Notice, Problem
from cfstream.kinds.distribution.http_fields import policies_named
from cfstream.kinds.distribution.policies import FORWARDING_HOST, ORIGIN_REQUEST, OwnPolicies
from cfstream.spec.http import Behavior, Http
from cfstream.spec.wording import nearest
from cfstream.stack.context import StackContext


def policy_problems(
    context: StackContext, live: LiveDistribution | None, own: OwnPolicies
) -> Iterator[Problem]:
    """Yield the policies that do not exist, and origin request policies without a cache policy."""
    for kind, name, path in policies_named(context.stack.spec.http):
        ours = own.get(kind.resource, {})
        if kind.id_of(name, ours) is None:
            other = "write the name of a managed one, or the name or id of one in this account"
            near = nearest(name, ours, alike=0.75) or nearest(
                name.removeprefix("Managed-"), kind.managed, alike=0.75
            )
            do = f"write {near}" if near else other
            yield context.stack.problem(f"the {kind.words} {name} does not exist", do, *path)
    if live is not None:
        yield from _without_cache_policy(context, live)


def _without_cache_policy(context: StackContext, live: LiveDistribution) -> Iterator[Problem]:
    """CloudFront refuses an origin request policy on a behavior with legacy cache settings (InvalidArgument)."""
    http = context.stack.spec.http
    sections: list[tuple[Http | Behavior, str, tuple[str | int, ...]]] = [(http, "", ("http",))]
    for number, each in enumerate(http.behaviors):
        # A new behavior has the settings of the default one.
        path = each.path if with_pattern(live.named, each.path) else ""
        sections.append((each, path, ("http", "behaviors", number)))
    for section, path, place in sections:
        managed = section.cache_policy or (path == "" and http.cache_policy)
        if section.origin_request_policy and not managed:
            raw = document.behavior(live.config, path)
            if document.legacy_caching(raw):
                what = f"{path or 'the default behavior'} has legacy cache settings, and no cache policy"
                do = "add cache_policy beside it, like cache_policy: CachingOptimized"
                yield context.stack.problem(what, do, *place, "origin_request_policy")


def policy_notices(context: StackContext) -> Iterator[Notice]:
    """Yield a warning for each policy with which S3 refuses every request."""
    for kind, name, _ in policies_named(context.stack.spec.http):
        if kind is ORIGIN_REQUEST and _called(name) in FORWARDING_HOST:
            text = f"the origin request policy {name} forwards the header Host, and S3 refuses such requests"
            yield Notice(text, warning=True, do="use CORS-S3Origin, or none")


def _called(name: str) -> str:
    return ORIGIN_REQUEST.name_of(name, {}).removeprefix("Managed-")
