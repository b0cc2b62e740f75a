"""`http.functions`: published functions are associated by name, and the functions themselves are never changed."""

import json
from dataclasses import replace
from typing import Any

import pytest

from cfstream.errors import NotAuthorized
from cfstream.inventory.lookup import by_context
from cfstream.stack.placement import contexts_of
from cfstream.stack.signing_keys import guards_of
from tests.promises.account import snapshot
from tests.promises.foreign import by_hand
from tests.promises.test_bounds import Count, count
from tests.promises.test_import import imported, spec
from tests.world.account import SandboxAccount
from tests.world.configs import add_behavior, associated, behavior_of, listing, make_function, signers
from tests.world.plans import changes, outcome, problems, steps
from tests.world.ports import Witness
from tests.world.specs import Json, signed

__all__ = ["count"]

POSTERS = "/posters/*"
LAMBDA = "arn:aws:lambda:us-east-1:123456789012:function:auth:3"


def on(account: SandboxAccount, path: str = "") -> dict[str, str]:
    """Return the names of the functions of a live behavior, by event type."""
    found = behavior_of(account.config(), path)["FunctionAssociations"].get("Items", ())
    return {each["EventType"]: each["FunctionARN"].rpartition("/")[2] for each in found}


def with_functions(functions: Json | None, **fields: Any) -> Json:
    """Return a spec with functions on the default behavior, and other fields under `http`."""
    return signed(http={**({} if functions is None else {"functions": functions}), **fields})


@pytest.fixture(autouse=True)
def made(account: SandboxAccount) -> None:
    """Two published functions, and one that was never published."""
    make_function(account.cloudfront, "rewrite")
    make_function(account.cloudfront, "headers")
    make_function(account.cloudfront, "draft", published=False)


def test_a_new_distribution_has_the_functions_of_its_spec(account: SandboxAccount) -> None:
    """They are in the creating call, and the next plan is empty."""
    both = {"viewer_request": "rewrite", "viewer_response": "headers"}
    plan = account.converge(with_functions(both)).stacks[0]
    assert changes(plan, "http.functions") == {"http.functions": (None, both)}
    assert on(account) == {"viewer-request": "rewrite", "viewer-response": "headers"}


def test_a_change_is_one_update(account: SandboxAccount) -> None:
    """The plan shows names before and after; the functions stay as they are."""
    account.converge(with_functions({"viewer_request": "rewrite"}))
    etag = account.cloudfront.describe_function(Name="rewrite")["ETag"]
    plan = account.converge(with_functions({"viewer_response": "headers"})).stacks[0]
    before, after = {"viewer_request": "rewrite"}, {"viewer_response": "headers"}
    assert changes(plan) == {"http.functions": (before, after)}
    assert on(account) == {"viewer-response": "headers"}
    assert account.cloudfront.describe_function(Name="rewrite")["ETag"] == etag


def test_absent_is_not_empty(account: SandboxAccount) -> None:
    """Without the field, functions that somebody associated stay; an empty mapping removes them."""
    account.converge(with_functions(None))
    arn = make_function(account.cloudfront, "by-hand")
    account.edit(
        lambda config: config["DefaultCacheBehavior"].update(FunctionAssociations=listing(associated(arn)))
    )
    assert steps(account.plan(with_functions(None))) == []
    account.converge(with_functions({}))
    assert on(account) == {}


def test_a_behavior_has_functions_of_its_own(account: SandboxAccount) -> None:
    """A new behavior begins with those of the default one. Its own field replaces them; an empty one removes them."""
    paths = [{"path": POSTERS, "functions": {"viewer_request": "headers"}}, {"path": "/clips/*"}]
    document = with_functions({"viewer_request": "rewrite"}, behaviors=paths)
    plan = account.converge(document).stacks[0]
    assert changes(plan)[f"http.behaviors[{POSTERS}]"][1] == {"functions": {"viewer_request": "headers"}}
    assert on(account, POSTERS) == {"viewer-request": "headers"}
    assert on(account, "/clips/*") == on(account) == {"viewer-request": "rewrite"}
    account.converge(
        with_functions({"viewer_request": "rewrite"}, behaviors=[{"path": POSTERS, "functions": {}}])
    )
    assert on(account, POSTERS) == {}
    assert on(account, "/clips/*") == {"viewer-request": "rewrite"}


def test_a_misspelt_function_gets_the_nearest_name(account: SandboxAccount) -> None:
    """The account's functions are listed for it."""
    (problem,) = account.stack(with_functions({"viewer_request": "rewrit"})).problems
    assert problem.do.startswith("write rewrite, or create and publish it")


@pytest.mark.parametrize("created", [False, True])
def test_a_missing_function_is_a_problem_at_plan(account: SandboxAccount, created: bool) -> None:
    """The problem is at the name in the spec, its fix has the commands, and nothing is written."""
    if created:
        account.converge(with_functions(None))
    document = with_functions({"viewer_request": "none"})
    plan = account.stack(document)
    assert problems(plan) == ["the function none does not exist in account 123456789012"]
    (problem,) = plan.problems
    assert "aws cloudfront create-function --name none" in problem.do
    assert "aws cloudfront publish-function --name none" in problem.do
    assert json.dumps(document)[problem.where.col - 1 :].startswith('"none"')
    before, witness = snapshot(account), Witness(account.world.aws)
    report = account.apply(document, port=witness)
    assert (report.exit_code, outcome(report), witness.writes) == (2, "blocked", [])
    assert snapshot(account) == before


def test_a_function_that_was_never_published_is_a_problem_at_plan(account: SandboxAccount) -> None:
    """The fix is the command that publishes it; after that the spec can be applied."""
    document = with_functions(None, behaviors=[{"path": POSTERS, "functions": {"viewer_response": "draft"}}])
    plan = account.stack(document)
    (problem,) = plan.problems
    assert (
        problem.what
        == "the function draft is not published: CloudFront only runs functions in the stage LIVE"
    )
    etag = problem.do.removeprefix("run: aws cloudfront publish-function --name draft --if-match ")
    account.cloudfront.publish_function(Name="draft", IfMatch=etag)
    account.converge(document)
    assert on(account, POSTERS) == {"viewer-response": "draft"}


@pytest.mark.parametrize("path", ["", POSTERS, "/new/*"])
def test_functions_beside_lambda_at_edge_are_a_problem_at_plan(account: SandboxAccount, path: str) -> None:
    """CloudFront allows no function beside a Lambda@Edge function at a viewer event; at an origin event it does."""

    def at_edge(event: str) -> Json:
        return {"LambdaFunctionAssociations": listing({"EventType": event, "LambdaFunctionARN": LAMBDA})}

    section = {"viewer_response": "headers"}
    named = [{"path": path, "functions": section}] if path else []
    document = with_functions(None if path else section, behaviors=named)
    account.converge(with_functions(None))
    account.edit(lambda config: config["DefaultCacheBehavior"].update(at_edge("viewer-request")))
    account.edit(add_behavior(POSTERS))
    (what,) = problems(account.stack(document))
    assert what.endswith(
        f"runs the Lambda@Edge function {LAMBDA} at viewer-request, and CloudFront allows no functions beside it"
    )

    def at_origin(config: Json) -> None:
        for where in ("", POSTERS):
            behavior_of(config, where).update(at_edge("origin-request"))

    account.edit(at_origin)
    account.converge(document)


def test_a_function_that_may_not_be_read_is_a_notice(account: SandboxAccount) -> None:
    """Its ARN follows from its name, so the plan is complete; AWS checks the rest."""
    document = with_functions({"viewer_request": "rewrite"})
    account.converge(document)
    reads = account.world.reads

    class Denied:
        """Reads without the permission to describe functions."""

        def __getattr__(self, name: str) -> Any:
            return getattr(reads(), name)

        def together(self, calls: Any) -> Any:
            if not calls or calls[0].operation != "describe_function":
                return reads().together(calls)
            return tuple(NotAuthorized("DescribeFunction", "AccessDenied", "denied") for _ in calls)

    account.world = replace(account.world, reads=Denied)
    plan = account.stack(document)
    assert (steps(plan), problems(plan)) == ([], [])
    assert any("the function rewrite could not be looked up" in notice.text for notice in plan.notices)


def test_each_function_costs_one_call(account: SandboxAccount, count: Count) -> None:
    """A plan reads each named function once, however many behaviors have it."""
    both = {"viewer_request": "rewrite", "viewer_response": "headers"}
    document = with_functions(both, behaviors=[{"path": POSTERS, "functions": both}])
    account.converge(document)
    calls = count.plan(account, document)
    assert calls["describe_function"] == 2
    assert calls.total() <= 16 + 2


def test_import_names_the_functions(account: SandboxAccount) -> None:
    """A distribution made by hand with functions gives a spec that names them, whose plan is empty."""
    functions = listing(
        *(
            associated(f"arn:aws:cloudfront::123456789012:function/{name}", event)
            for name, event in (("rewrite", "viewer-request"), ("headers", "viewer-response"))
        )
    )
    created = by_hand(account)
    default = created["DistributionConfig"]["DefaultCacheBehavior"]
    account.edit(
        lambda config: config.update(
            DefaultCacheBehavior={
                **default,
                "TrustedSigners": signers("self"),
                "FunctionAssociations": functions,
            }
        ),
        id_=created["Id"],
    )
    text = spec(imported(account, created["Id"]), account)
    assert "functions: {viewer_request: rewrite, viewer_response: headers}" in text
    assert "runs the function" not in text


def test_explain_knows_which_functions_run_on_requests(account: SandboxAccount) -> None:
    """Functions on responses are not among them, because they cannot refuse or redirect a request."""
    document = with_functions({"viewer_request": "rewrite", "viewer_response": "headers"})
    account.converge(document)
    (context,) = contexts_of(account.load(document), account.world)
    reads = account.world.reads()
    guards = guards_of(reads, by_context(reads, context).distribution)
    assert guards.behaviors[-1].functions == ("rewrite",)
