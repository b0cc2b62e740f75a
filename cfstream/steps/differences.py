"""Show what changed between two documents of AWS, with the names and values of a spec."""

from collections.abc import Iterator, Mapping
from typing import Any

from cfstream.domain.spec_words import is_in_spec, spec_name, spec_value
from cfstream.spec.wording import as_written
from cfstream.steps.content import canonical, without_secrets
from cfstream.steps.members import members

_NAMES = ("PathPattern", "Sid", "Id", "HeaderName", "ErrorCode", "EventType")
"""The field that names an item among the others of its list."""

_COUNTED = frozenset({"Quantity", "Items"})
_SIGNERS = _COUNTED | {"Enabled"}


def differences(before: Any, after: Any) -> tuple[str, ...]:
    """Return what changed, one line for each field: ``comment: "old" -> "new"``. Empty if both mean the same.

    Items of a list are identified by their own names: ``http.behaviors[/posters/*].key_groups: [] -> ["G1"]``.
    """
    return tuple(dict.fromkeys(_lines(before, after, "", "")))


def _lines(before: Any, after: Any, path: str, field: str) -> Iterator[str]:
    if canonical(before, field) == canonical(after, field):
        return
    before, after = _listed(before), _listed(after)
    was, now = _parts(before), _parts(after)
    if was is not None and now is not None:
        found = [
            line
            for name in sorted({*was, *now})
            for line in _lines(was.get(name), now.get(name), path + name, name.strip(".[]"))
        ]
        yield from found or [f"{_where(path)}: the order changed"]
    elif (before is None and now and not _is_whole(path)) or (after is None and was and not _is_whole(path)):
        yield from _new_or_gone(was, now, path)
    else:
        yield f"{_where(path)}: {change(before, after)}"


def _new_or_gone(was: Mapping[str, Any] | None, now: Mapping[str, Any] | None, path: str) -> Iterator[str]:
    """Yield that something is new or gone, and its values that a spec can have."""
    yield f"{_where(path)}: {'absent -> present' if was is None else 'present -> absent'}"
    for name, value in (was or now or {}).items():
        known = is_in_spec(path.removeprefix(".") + name) and name.strip(".") not in _NAMES
        if known and value not in ("", False, None, [], {"Quantity": 0}):
            old, new = (None, value) if was is None else (value, None)
            yield from _lines(old, new, path + name, name.strip("."))


def _is_whole(path: str) -> bool:
    """Return whether a document is shown in one piece: a policy statement, or something without a name."""
    return not path or path.removeprefix(".").startswith("Statement")


def _where(path: str) -> str:
    return spec_name(path.removeprefix(".")) if path else "the whole document"


def change(before: Any, after: Any) -> str:
    """Return a change of one value: ``"old" -> "new"``, or the members that a list gained and lost."""
    moved = members(before, after)
    if moved is None:
        return f"{_shown(before)} -> {_shown(after)}"
    signed = [("+", item) for item in moved.added] + [("-", item) for item in moved.removed]
    kept = f" ({moved.kept} kept)" if moved.kept else ""
    return ", ".join(f"{sign} {_shown(item)}" for sign, item in signed) + kept


def _shown(value: Any) -> str:
    return as_written(spec_value(without_secrets(value)))


def _listed(value: Any) -> Any:
    """Return a counted list as a list. The switch of signers only says whether there are any."""
    if not isinstance(value, Mapping) or "Quantity" not in value or not value.keys() <= _SIGNERS:
        return list(value) if isinstance(value, tuple) else value
    found = list(value.get("Items") or ())
    if len(found) != value["Quantity"] or bool(found) != value.get("Enabled", bool(found)):
        return value
    return found


def _parts(value: Any) -> Mapping[str, Any] | None:
    """Return the members of a document, or the items of a list of documents by their names; else None."""
    if isinstance(value, Mapping):
        # The number of items says nothing beside the items.
        return {f".{name}": item for name, item in value.items() if name != "Quantity" or len(value) == 1}
    if not isinstance(value, list) or not all(isinstance(item, Mapping) for item in value):
        return None
    return {f"[{_name(item, number)}]": item for number, item in enumerate(value, 1)}


def _name(item: Mapping[str, Any], number: int) -> str:
    return str(next((item[name] for name in _NAMES if item.get(name)), number))
