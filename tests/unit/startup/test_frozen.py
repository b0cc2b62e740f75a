"""A frozen class of `cfstream.startup.frozen` is the dataclass that the standard library makes."""

import copy
import dataclasses
import importlib
import inspect
import pickle
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from types import FunctionType
from typing import Any

import pytest

import cfstream
from cfstream.startup import frozen


def _classes() -> Iterator[type]:
    for module in pkgutil.walk_packages(cfstream.__path__, "cfstream."):
        if not module.name.startswith(("cfstream.sandbox", "cfstream.__main__")):
            for found in vars(importlib.import_module(module.name)).values():
                if isinstance(found, type) and found.__module__ == module.name and _is_fast(found):
                    yield found


def _is_fast(found: type) -> bool:
    setter = vars(found).get("__setattr__")
    return isinstance(setter, FunctionType) and setter.__module__ == frozen.__name__


CLASSES = sorted({*_classes()}, key=lambda each: (each.__module__, each.__qualname__))


def _standard(fast: type) -> type:
    """Return what the standard decorator makes of the same fields."""
    fields = [(each.name, each.type, _field(each)) for each in dataclasses.fields(fast)]
    namespace = {"__post_init__": fast.__post_init__} if hasattr(fast, "__post_init__") else {}
    return dataclasses.make_dataclass(fast.__qualname__, fields, frozen=True, namespace=namespace)


def _field(of: "dataclasses.Field[Any]") -> Any:
    given = {
        name: getattr(of, name)
        for name in ("default", "default_factory", "init", "repr", "compare", "kw_only")
    }
    return dataclasses.field(**given)


def _parameters(of: Callable[..., object]) -> list[tuple[str, str, str]]:
    """Return the name, kind and default of each parameter."""
    return [
        (each.name, str(each.kind), repr(each.default)) for each in inspect.signature(of).parameters.values()
    ]


def test_parameters_are_those_of_the_standard() -> None:
    """Each class of cfstream is made with the same parameters, in the same order, with the same defaults."""
    made = {each: inspect.signature(each) for each in CLASSES}  # it compiles __init__
    generated = [each for each in made if vars(each)["__init__"].__code__.co_filename == "<string>"]
    assert len(generated) > 200
    assert [each for each in generated if _parameters(each) != _parameters(_standard(each))] == []


@frozen.dataclass(frozen=True)
class Plain:
    """Two fields, one with a default."""

    name: str
    size: int = 3


@frozen.dataclass(frozen=True)
class Rich(Plain):
    """Every kind of field that cfstream uses."""

    tags: Mapping[str, str] = dataclasses.field(default_factory=dict)
    put: str = dataclasses.field(default="hidden", repr=False)
    note: str = dataclasses.field(default="", compare=False)
    key: str = dataclasses.field(init=False)
    named: int = dataclasses.field(default=7, kw_only=True)

    def __post_init__(self) -> None:
        """Compute the field that no caller gives."""
        object.__setattr__(self, "key", self.name.upper())


@frozen.dataclass(frozen=True)
class Empty:
    """No fields."""


@frozen.dataclass(frozen=True, eq=False)
class ComparedByIdentity:
    """Equal only to itself."""

    name: str


@frozen.dataclass(frozen=True)
class OwnEquality:
    """Methods of the class itself stay."""

    name: str

    def __eq__(self, other: object) -> bool:
        """Compare without the case."""
        return isinstance(other, OwnEquality) and other.name.lower() == self.name.lower()

    def __hash__(self) -> int:
        """Hash without the case."""
        return hash(self.name.lower())

    def __repr__(self) -> str:
        """Show the name only."""
        return self.name


def test_values_are_compared_hashed_and_shown_by_field() -> None:
    """A field with ``compare=False`` or ``repr=False`` does not count there."""
    one, same = Rich("a", note="x", named=1), Rich("a", note="y", named=1)
    assert one == same
    assert hash((one.name, one.size)) == hash((same.name, same.size))
    assert one != Rich("a", put="other", named=1)
    assert one != Plain("a")
    assert repr(one) == "Rich(name='a', size=3, tags={}, note='x', key='A', named=1)"
    assert Empty() == Empty()
    assert hash(Empty()) == hash(())
    assert repr(Empty()) == "Empty()"
    assert ComparedByIdentity("a") != ComparedByIdentity("a")
    assert OwnEquality("A") == OwnEquality("a")
    assert repr(OwnEquality("A")) == "A"
    assert {OwnEquality("A"), OwnEquality("a")} == {OwnEquality("A")}


def test_a_value_in_itself_is_shown_once() -> None:
    """As in the standard's, ``repr`` ends where it meets itself."""
    tags: dict[str, Any] = {}
    tags["self"] = Rich("a", tags=tags)
    assert repr(tags["self"]) == "Rich(name='a', size=3, tags={'self': ...}, note='', key='A', named=7)"


def test_nothing_can_be_assigned_or_deleted() -> None:
    """Both end with the standard's error and its message."""
    value = Rich("a")
    with pytest.raises(dataclasses.FrozenInstanceError, match="cannot assign to field 'name'"):
        value.name = "b"  # type: ignore[misc]
    with pytest.raises(dataclasses.FrozenInstanceError, match="cannot delete field 'name'"):
        del value.name
    assert value.name == "a"


def test_missing_and_unknown_arguments_are_refused() -> None:
    """Python's own TypeError names the argument."""
    with pytest.raises(TypeError, match="'name'"):
        Plain()  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="'colour'"):
        Plain("a", colour="red")  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="'key'"):
        Rich("a", key="B")  # type: ignore[call-arg]


def test_values_can_be_replaced_copied_pickled_and_matched() -> None:
    """The functions of `dataclasses`, `copy` and `pickle` work, and so does pattern matching."""
    value = Rich("a", tags={"x": "y"}, named=2)
    assert dataclasses.replace(value, name="b") == Rich("b", tags={"x": "y"}, named=2)
    assert copy.deepcopy(value) == value
    assert pickle.loads(pickle.dumps(value)) == value
    assert dataclasses.asdict(Plain("a")) == {"name": "a", "size": 3}
    match Plain("a", 4):
        case Plain(name, size):
            assert (name, size) == ("a", 4)


def test_factories_run_once_for_each_value() -> None:
    """Two values do not share a mutable default."""
    assert Rich("a").tags is not Rich("a").tags
