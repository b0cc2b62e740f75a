"""Check that a saved plan is still the plan that would be made now. Pure."""

from collections.abc import Mapping
from typing import Any

from cfstream import __version__
from cfstream.errors import Stale
from cfstream.planning.plan import Plan, StackKey, StackPlan
from cfstream.stack.proposal import Relied
from cfstream.steps.differences import differences
from cfstream.values import Json, digest, plain


class Mismatch(Stale):
    """The saved plan is stale. Nothing was written."""


def check_saved(saved: Json, plan: Plan, again: str) -> None:
    """Raise Mismatch with what changed, unless the saved plan is the plan that would be made now.

    `again` is the command that makes the plan again. Every character of the spec counts: a change that
    changes no step was not reviewed either.
    """
    made = saved.get("cfstream_version")
    if made != __version__:
        raise Mismatch(
            f"the saved plan is of another version, so nothing was written: it was made by cfstream {made}, and this "
            f"is cfstream {__version__}",
            f"plan again: `{again}`",
        )
    moved = [*_account_moved(saved, plan), *_stacks_moved(saved, plan)]
    if saved.get("fingerprint") == plan.fingerprint and not moved:
        return
    lines = "".join(f"\n  {line}" for line in moved or ["the plan has other steps, hazards or openings now"])
    raise Mismatch(
        f"the saved plan is stale, and nothing was written{lines}",
        f"plan again, and read the difference before applying: `{again}`",
    )


def _account_moved(saved: Json, plan: Plan) -> list[str]:
    if saved.get("account") == plan.account:
        return []
    made, now = (account or "several accounts" for account in (saved.get("account"), plan.account))
    return [f"it was made for {_whose(made)}, and these credentials are for {_whose(now)}"]


def _whose(account: str) -> str:
    return f"account {account}" if account.isdigit() else account


def _stacks_moved(saved: Json, plan: Plan) -> list[str]:
    before = {_key(stack, saved): stack for stack in saved.get("stacks", [])}
    now = {stack.key: stack for stack in plan.stacks}
    lines = [f"{name}: no longer in the specs" for _, name in sorted(before.keys() - now.keys())]
    lines += [f"{name}: not in the saved plan" for _, name in sorted(now.keys() - before.keys())]
    for key in sorted(before.keys() & now.keys()):
        if now[key].unread and not before[key].get("problems"):
            lines += [f"{key[1]}: {problem.what}" for problem in now[key].problems]
        else:
            lines += [*_stack_moved(before[key], now[key]), *_dangers_moved(before[key], now[key])]
    return lines


def _key(stack: Json, saved: Json) -> StackKey:
    """Return the key of a stack of a saved plan."""
    return str(stack.get("account") or saved.get("account")), str(stack["name"])


def _dangers_moved(before: Json, now: StackPlan) -> list[str]:
    """Return the hazards and openings that only one of the plans has."""
    hazards = {(each["name"], each["step"]) for each in before.get("hazards", [])}
    present = {(hazard.name, str(step)) for hazard, step in now.hazards}
    opened = set(before.get("exposure", {}).get("openings", []))
    openings = {each.text for each in now.exposure.openings}
    return [
        *(f"{now.name}: new hazard {name} ({step})" for name, step in sorted(present - hazards)),
        *(f"{now.name}: hazard {name} ({step}) is gone" for name, step in sorted(hazards - present)),
        *(f"{now.name}: new opening: {text}" for text in sorted(openings - opened)),
        *(f"{now.name}: opening is gone: {text}" for text in sorted(opened - openings)),
    ]


def _stack_moved(before: Json, now: StackPlan) -> list[str]:
    lines = []
    if before.get("spec_sha256") != now.spec_sha256:
        lines.append(f"{now.spec}: the spec, or a file that it names, was changed")
    relied = {relied["address"]: relied for relied in before.get("relied_on", [])}
    contents = before.get("relied_content", {})
    for current in now.relied_on:
        address = str(current.address)
        if address in relied and relied[address]["sha256"] != current.sha256:
            changed = _moved(relied[address]["sha256"], contents.get(address), current)
            lines += [f"{address}: {now.names.in_place_of_ids(line)}" for line in changed]
    addresses = {str(relied.address) for relied in now.relied_on}
    lines += [f"{address}: gone" for address in sorted(relied.keys() - addresses)]
    lines += [f"{address}: new" for address in sorted(addresses - relied.keys())]
    return lines


def _moved(sha256: str, content: Any, now: Relied) -> tuple[str, ...]:
    """Return what changed, from what, to what: by field if the content is known, or else by digest."""
    nothing = digest(None)
    if nothing in (sha256, now.sha256):
        return ("present -> absent" if now.sha256 == nothing else "absent -> present",)
    if content is None:
        return (f"{sha256[:19]}… -> {now.sha256[:19]}…",)
    before, after = _read_in_both(content, plain(now.content))
    if before == after:
        return ()
    return differences(before, after) or (f"{sha256[:19]}… -> {now.sha256[:19]}…",)


_FOR_WRITES = frozenset({"encryption", "key_id", "key"})
"""What a plan reads of a bucket only if it writes something. A bucket always has an encryption (S3, since 2023)."""


def _read_in_both(before: Any, after: Any) -> tuple[Any, Any]:
    """Return two contents without what only one of the plans has read."""
    both = before, after
    if not all(isinstance(each, Mapping) and "encryption" in each for each in both):
        return both
    if None not in (before["encryption"], after["encryption"]):
        return both
    old, new = ({name: value for name, value in each.items() if name not in _FOR_WRITES} for each in both)
    return old, new
