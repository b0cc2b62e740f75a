"""Represent sets of object keys as globs: CloudFront's path patterns and S3's resources, matched as AWS does."""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final, Self

from cfstream.access.reader import Certainty
from cfstream.startup.frozen import dataclass

ANY: Final = "any"
"""A token for zero or more characters, ``/`` included."""
ONE: Final = "one"
"""A token for exactly one character. A literal token has length 1, so it cannot be taken for `ANY` or `ONE`."""

_WILD: Final = {"*": ANY, "?": ONE}
_SHOWN: Final = {ANY: "*", ONE: "?", "*": "${*}", "?": "${?}"}


@dataclass(frozen=True)
class Glob:
    """The keys that one pattern matches: case-sensitive, the whole key.

    A run of wildcards is sorted (``*?*`` is ``?*``), so two spellings of one pattern are equal. A character is a
    Unicode code point.
    """

    tokens: tuple[str, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "tokens", tuple(_sorted_wildcards(self.tokens)))

    def __str__(self) -> str:
        return "".join(_SHOWN.get(token, token) for token in self.tokens)

    @classmethod
    def of_path_pattern(cls, relative: str, prefix: str = "") -> Self:
        """Return the keys that a behavior's pattern matches: the literal `prefix`, then the pattern.

        `relative` is the pattern without its leading slash, `prefix` the origin path as a key has it (``v2/``).
        """
        return cls((*prefix, *(_WILD.get(character, character) for character in relative)))

    @classmethod
    def literal(cls, key: str) -> Self:
        """Return the glob that matches this key alone; its ``*`` and ``?`` are literal."""
        return cls(tuple(key))

    @classmethod
    def prefix(cls, text: str) -> Self:
        """Return the glob of every key that starts with this literal text."""
        return cls((*text, ANY))

    @classmethod
    def of_resource(
        cls, resource: str, bucket: str, partition: str = "aws", *, variables: bool = True
    ) -> "ResourceGlobs":
        """Return the object keys of `bucket` that the Resource of a policy statement matches.

        S3 matches the whole ARN as one glob, so a wildcard may start in the bucket's name and end in the key
        (``arn:aws:s3:::lect*``). The bucket's own ARN names no key. `variables` must be false for a policy whose
        Version is not 2012-10-17: ``${…}`` is then literal text (IAM User Guide, "Version").
        """
        return _resource_globs(resource, f"{_bucket_arn(bucket, partition)}/", variables=variables)

    @classmethod
    def of_access_point_resource(cls, resource: str, arn: str, *, variables: bool = True) -> "ResourceGlobs":
        """Return the object keys that a Resource matches through the access point `arn`: ``<arn>/object/<key>``."""
        return _resource_globs(resource, f"{arn}/object/", variables=variables)

    @property
    def literal_start(self) -> str | None:
        """The text before its only wildcard, if that is an `ANY` at its end; None for other globs."""
        *text, last = self.tokens or ("",)
        return "".join(text) if last == ANY and not {ANY, ONE}.intersection(text) else None

    def after(self, text: str) -> tuple["Glob", ...]:
        """Return the union of what may follow `text` in a key that the glob matches. The empty text is left out."""
        return _remainders(self.tokens, text)


@dataclass(frozen=True)
class ResourceGlobs:
    """The keys that a Resource matches; each tuple is a union.

    They differ if the Resource has a policy variable, because its value is not known: `may` accepts any text for it,
    and `certain` is empty.
    """

    may: tuple[Glob, ...]
    certain: tuple[Glob, ...]


def names_bucket(resource: str, bucket: str, partition: str = "aws", *, variables: bool = True) -> Certainty:
    """Return whether a Resource matches the bucket itself, which ListBucket and PutBucketPolicy require."""
    return names_arn(resource, _bucket_arn(bucket, partition), variables=variables)


@lru_cache(maxsize=4096)
def names_arn(resource: str, arn: str, *, variables: bool = True) -> Certainty:
    """Return whether a Resource matches this one ARN; `maybe` if it depends on a policy variable."""
    tokens, decided = _resource_tokens(resource, variables=variables)
    pattern = Glob(tokens).tokens
    if len(pattern) not in _after(pattern, arn):
        return Certainty.NO
    return Certainty.YES if decided else Certainty.MAYBE


def _bucket_arn(bucket: str, partition: str) -> str:
    return f"arn:{partition}:s3:::{bucket}"


def _sorted_wildcards(tokens: Iterable[str]) -> Iterator[str]:
    """Yield the tokens with each run of wildcards as its `ONE` tokens followed by at most one `ANY`."""
    pending = False
    for token in tokens:
        if token == ANY:
            pending = True
            continue
        if pending and token != ONE:
            yield ANY
            pending = False
        yield token
    if pending:
        yield ANY


@lru_cache(maxsize=4096)
def _resource_globs(resource: str, literal: str, *, variables: bool) -> ResourceGlobs:
    tokens, decided = _resource_tokens(resource, variables=variables)
    may = _remainders(Glob(tokens).tokens, literal)
    return ResourceGlobs(may, may if decided else ())


def _resource_tokens(resource: str, *, variables: bool) -> tuple[tuple[str, ...], bool]:
    """Return the tokens of a Resource, and whether it has no variables with unknown values.

    ``${*}``, ``${?}`` and ``${$}`` are the characters themselves (IAM User Guide, "Variables and tags").
    """
    tokens: list[str] = []
    decided = True
    at = 0
    while at < len(resource):
        end = resource.find("}", at) if variables and resource.startswith("${", at) else -1
        if end < 0:
            tokens.append(_WILD.get(resource[at], resource[at]))
            at += 1
            continue
        name = resource[at + 2 : end]
        if name in ("*", "?", "$"):
            tokens.append(name)
        else:
            tokens.append(ANY)
            decided = False
        at = end + 1
    return tuple(tokens), decided


def _remainders(tokens: tuple[str, ...], literal: str) -> tuple[Glob, ...]:
    """Return the union of what may follow `literal` in a text that the tokens match. The empty text is left out."""
    places = _after(tokens, literal)
    last = max((at for at in places if at < len(tokens) and tokens[at] == ANY), default=-1)
    # After the last ANY, the result already includes every match of an earlier place or of the next place.
    kept = (at for at in sorted(places) if at >= last and at != last + 1) if last >= 0 else sorted(places)
    return tuple(Glob(tokens[at:]) for at in kept if at < len(tokens))


def _after(tokens: tuple[str, ...], text: str) -> set[int]:
    """Return the places among the tokens that can be reached by matching the whole text."""
    plain = _common_prefix(tokens, text)
    places = _with_skipped(tokens, {plain})
    for character in text[plain:]:
        moved = {at + 1 for at in places if at < len(tokens) and tokens[at] in (character, ONE)}
        stayed = {at for at in places if at < len(tokens) and tokens[at] == ANY}
        places = _with_skipped(tokens, moved | stayed)
    return places


def _common_prefix(tokens: tuple[str, ...], text: str) -> int:
    """Return how many characters the tokens and the text share before the first wildcard or difference."""
    # No character is equal to a wildcard token.
    return next(
        (at for at, (one, other) in enumerate(zip(tokens, text, strict=False)) if one != other),
        min(len(tokens), len(text)),
    )


def _with_skipped(tokens: tuple[str, ...], places: set[int]) -> set[int]:
    """Add the place after each ANY, because ANY matches the empty text. Two ANY are never neighbours."""
    return places | {at + 1 for at in places if at < len(tokens) and tokens[at] == ANY}
