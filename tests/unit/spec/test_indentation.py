"""The fixes for lines with the wrong indentation."""

import re
from collections.abc import Iterator

import pytest

from cfstream.errors import Problem
from cfstream.spec.compose import documents
from cfstream.spec.source import Source
from tests.unit.spec.applied import applied
from tests.unit.spec.reading import problems

SPEC = """version: 1
key_groups:
  - name: a
    public_keys:
      - name: x
        file: y
      - {name: z, file: w}
  - use: b
http:
   behaviors:
   - path: "/x/*"
     public: true
   - path: "/y/*"
     cors: false
   ipv6: true
""".splitlines()


def _moved(lines: list[str], number: int, spaces: int) -> list[str]:
    return [*lines[: number - 1], " " * spaces + lines[number - 1].lstrip(), *lines[number:]]


def _problems(lines: list[str]) -> Iterator[tuple[Problem, int]]:
    """Yield the problems that a number of spaces fixes, with that number."""
    problems: list[Problem] = []
    list(documents(Source("spec", "\n".join(lines)), problems))
    for problem in problems:
        if found := re.match("begin it with (no|[0-9]+) space", problem.do):
            yield problem, 0 if found[1] == "no" else int(found[1])


@pytest.mark.parametrize("number", range(2, len(SPEC) + 1))
def test_the_number_of_spaces_is_right(number: int) -> None:
    """With as many spaces as the fix says, the line has no such problem."""
    for spaces in range(12):
        lines = _moved(SPEC, number, spaces)
        for problem, right in _problems(lines):
            line = problem.where.line
            again = [each.where.line for each, _ in _problems(_moved(lines, line, right))]
            assert all(other > line for other in again), (lines, problem.do)


VALID = """version: 1
name: lectures
bucket:
  name: lectures-media
  region: eu-west-1
key_groups:
  - name: lectures-signers
    public_keys:
      - name: b
        file: keys/lectures-2026-11.pub.pem
  - use: newsroom-signers
sign:
  max_validity: 24h
http:
  ipv6: true
  behaviors:
    - path: "/x/*"
      public: true
    - path: "/y/*"
      cache_policy: CachingDisabled
  cors:
    origins: [https://www.example.com]
    credentials: true
comment: the last field
""".splitlines()


@pytest.mark.parametrize("number", range(1, len(VALID) + 1))
def test_a_line_goes_back_to_a_place_that_has_its_field(number: int) -> None:
    """Whatever a line's indentation, the number of spaces in the fix makes it a field that its mapping has."""
    assert problems("\n".join(VALID)) == []
    for spaces in range(13):
        text = "\n".join(_moved(VALID, number, spaces))
        for place, what, do in problems(text):
            after = applied(text, place, what, do) if do.startswith("begin it with") else None
            if after is not None and int(place.partition(":")[0]) == number:
                wrong = [found for where, found, _ in problems(after) if where.startswith(f"{number}:")]
                assert not any("unknown key" in found or "indented" in found for found in wrong), (
                    text,
                    do,
                    wrong,
                )
