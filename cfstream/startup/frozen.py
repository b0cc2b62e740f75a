"""Frozen dataclasses that are created in a tenth of the time.

Python up to 3.12 compiles up to six methods for each frozen dataclass, one by one. Here only ``__init__`` is compiled,
when it is first used, because a command creates objects of a part of its classes. The other methods are functions
shared by all classes, or made without compiling. Everything else is the standard dataclass:
`fields`, `replace`, `asdict`, pattern matching, FrozenInstanceError. Type checkers see the standard decorator. A frozen
subclass must use this decorator too, because a class does not record as the standard's does that it is frozen.
"""

from typing import TYPE_CHECKING

__all__ = ["dataclass"]

if TYPE_CHECKING:
    from dataclasses import dataclass
else:
    import dataclasses
    from dataclasses import MISSING, Field, FrozenInstanceError
    from operator import attrgetter
    from reprlib import recursive_repr

    class _FromFactory:
        """The default that a signature shows for a field with a ``default_factory``."""

        def __repr__(self):
            return "<factory>"

    FROM_FACTORY = _FromFactory()

    def dataclass(cls=None, /, *, frozen=False, eq=True, kw_only=False, **options):
        """Do what `dataclasses.dataclass` does, faster for a frozen class without an order or slots."""

        def decorate(cls):
            if not frozen or options:
                return dataclasses.dataclass(cls, frozen=frozen, eq=eq, kw_only=kw_only, **options)
            return _frozen(cls, eq, kw_only)

        return decorate if cls is None else decorate(cls)

    def _frozen(cls, eq, kw_only):
        own = {*vars(cls)}
        dataclasses.dataclass(cls, init=False, repr=False, eq=False, kw_only=kw_only)
        fields = dataclasses.fields(cls)
        methods = {"__repr__": _repr, "__init__": _LateInit(cls, fields)}
        if eq:
            methods |= _comparing([each.name for each in fields if each.compare])
        for name, method in methods.items():
            if name not in own:
                setattr(cls, name, method)
        cls.__setattr__, cls.__delattr__ = _refuse_to_assign, _refuse_to_delete
        return cls

    def _refuse_to_assign(self, name, value):  # noqa: ARG001 (Python's signature)
        raise FrozenInstanceError(f"cannot assign to field {name!r}")

    def _refuse_to_delete(self, name):  # noqa: ARG001 (Python's signature)
        raise FrozenInstanceError(f"cannot delete field {name!r}")

    @recursive_repr()
    def _repr(self):
        shown = (
            f"{each.name}={getattr(self, each.name)!r}" for each in dataclasses.fields(self) if each.repr
        )
        return f"{type(self).__qualname__}({', '.join(shown)})"

    def _comparing(names):
        """Return ``__eq__`` and ``__hash__``, which compare and hash the tuple of the attributes called ``names``."""
        get = attrgetter(*names) if names else lambda _: ()
        key = get if len(names) != 1 else lambda each: (get(each),)

        def __eq__(self, other):  # noqa: N807
            return key(self) == key(other) if other.__class__ is self.__class__ else NotImplemented

        def __hash__(self):  # noqa: N807
            return hash(key(self))

        return {"__eq__": __eq__, "__hash__": __hash__}

    class _LateInit:
        """``__init__`` of a class, which replaces itself by the compiled one when it is looked up."""

        def __init__(self, cls, fields):
            self._cls = cls
            self._fields = fields

        def __get__(self, instance, owner=None):
            init = self._cls.__init__ = _init(self._cls, self._fields)
            return init.__get__(instance, owner)

    def _init(cls, fields):
        """Compile ``__init__``: positional parameters first, then those that must be named."""
        known = {"__set": object.__setattr__, "__FROM_FACTORY": FROM_FACTORY}  # no field has such a name
        given = [each for each in fields if each.init]
        named = [_parameter(each, known) for each in given if each.kw_only]
        positional = [_parameter(each, known) for each in given if not each.kw_only]
        signature = ", ".join(["self", *positional, *(["*", *named] if named else ())])
        lines = [f"__set(self, {each.name!r}, {_value(each, known)})" for each in fields if _is_set(each)]
        if hasattr(cls, "__post_init__"):
            lines.append("self.__post_init__()")
        body = "\n ".join(lines or ["pass"])
        exec(f"def __init__({signature}):\n {body}", known)  # noqa: S102 (the text has only names of fields)
        init = known["__init__"]
        init.__qualname__ = f"{cls.__qualname__}.__init__"
        init.__module__ = cls.__module__
        init.__annotations__ = {each.name: each.type for each in given} | {"return": None}
        return init

    def _parameter(field: Field, known):
        if field.default_factory is not MISSING:
            return f"{field.name}=__FROM_FACTORY"
        if field.default is MISSING:
            return field.name
        known[f"__default_{field.name}"] = field.default
        return f"{field.name}=__default_{field.name}"

    def _is_set(field: Field):
        return field.init or field.default_factory is not MISSING

    def _value(field: Field, known):
        if field.default_factory is MISSING:
            return field.name
        known[f"__make_{field.name}"] = field.default_factory
        made = f"__make_{field.name}()"
        return f"{made} if {field.name} is __FROM_FACTORY else {field.name}" if field.init else made
