"""Say in plain words why a text is not YAML, and what to write.

ruamel.yaml reports what its parser expected. The cause is mostly another line or another character, so each function
here looks at the text around the place. No message repeats ruamel's words.
"""

import re
from collections.abc import Callable
from typing import Any, TypeAlias

from ruamel.yaml.error import MarkedYAMLError

from cfstream.errors import Problem
from cfstream.spec.source import Source, Spot
from cfstream.spec.wording import shown
from cfstream.startup.frozen import dataclass

Cause: TypeAlias = tuple[Spot, str, str]
"""Where the mistake is, what is wrong, and how to fix it."""

_CLOSING = {"[": "]", "{": "}"}
_CONFLICT = ("<<<<<<<", "=======", ">>>>>>>", "|||||||")
_ITEM = r"(?P<head>\s*(?:- +)?)"
_NO_SPACE = re.compile(_ITEM + r"(?P<key>[A-Za-z_][\w-]*):(?P<value>[^\s:].*)")
_EQUALS = re.compile(_ITEM + r"(?P<key>[A-Za-z_][\w-]*)\s*=\s*(?P<value>.+)")
_NO_COLON = re.compile(_ITEM + r"(?P<key>[A-Za-z_][\w-]*)(?:\s+(?P<value>[^:]+))?\s*")
TERRAFORM = re.compile(
    r'[ \t]*(?:(?:resource|data)\s+"[\w-]+"\s+"[\w-]+"'
    r'|(?:module|provider|variable|output)\s+"[\w-]+"|locals|terraform)\s*\{'
)
"""The line that begins a block of Terraform's language."""

FROM_TERRAFORM = (
    "write a spec from its state: run `terraform show -json > state.json` in its directory, and then "
    "`cfstream import --from-terraform state.json`"
)

_COMMENT_AT_END = re.compile(r"\s+#.*$")

_NOT_AN_ITEM = 'delete the "- ", or indent the line under the field that has the list'


@dataclass(frozen=True)
class Mistake:
    """What ruamel reports: its words, the place where it stopped, and where the thing began that it was reading."""

    source: Source
    message: str
    at: Spot
    since: Spot

    def line(self, number: int) -> str:
        return self.source.lines[number - 1]

    @property
    def before(self) -> str:
        """The line, up to the place."""
        return self.line(self.at[0])[: self.at[1] - 1]

    @property
    def sign(self) -> str:
        """The character where the thing began."""
        return self.line(self.since[0])[self.since[1] - 1 : self.since[1]]


def syntax_problem(source: Source, error: MarkedYAMLError) -> Problem:
    """Return the problem for a text that ruamel cannot parse."""
    at = _spot(source, error.problem_mark or error.context_mark)
    since = _spot(source, error.context_mark or error.problem_mark)
    mistake = Mistake(source, (error.problem or error.context or "").strip(), at, since)
    line = mistake.line(at[0])
    indent = line[: len(line) - len(line.lstrip())]
    if "\t" in indent or line[at[1] - 1 : at[1]] == "\t":
        spot = (at[0], line.index("\t") + 1)
        return source.problem(spot, "YAML does not allow a tab here", "write spaces instead of the tab")
    # The fixes repeat words of the file, and those of a private key must not be repeated.
    known = () if source.holds_a_secret else _CAUSES
    causes = (cause(mistake) for words, cause in known if words in mistake.message)
    spot, what, do = next((each for each in causes if each), _other(mistake))
    return source.problem(spot, what, do)


def bare_line(line: str) -> tuple[str, str] | None:
    """Return what is wrong with a line that should be a field; None if it is not clear."""
    text = _COMMENT_AT_END.sub("", line.rstrip())
    if text.lstrip().startswith(_CONFLICT):
        return (
            "this line is left from a merge conflict",
            "keep one of the two versions, and delete the three marks",
        )
    if TERRAFORM.match(text):
        return "a block of Terraform begins here", FROM_TERRAFORM
    if found := _NO_SPACE.fullmatch(text):
        return f"there is no space after {found['key']}:", f"write {found['key']}: {found['value']}"
    if found := _EQUALS.fullmatch(text):
        return "a field has a colon, not =", f"write {found['key']}: {found['value'].strip()}"
    if found := _NO_COLON.fullmatch(text):
        value = f" {found['value'].strip()}" if found["value"] else ""
        return f"there is no colon after {shown(found['key'])}", f"write {found['key']}:{value}"
    return None


def _spot(source: Source, mark: Any) -> Spot:
    if mark is None:
        return (1, 1)
    # At the end of the file, the mark is behind the last line that has something.
    last = next((number for number in range(len(source.lines), 1, -1) if source.lines[number - 1].strip()), 1)
    if mark.line + 1 > last and mark.index >= len(source.text.rstrip()):
        return last, len(source.lines[last - 1].rstrip()) + 1
    return min(mark.line + 1, len(source.lines)), mark.column + 1


def _line_before(mistake: Mistake) -> int:
    """Return the number of the last line before the place that has something."""
    numbers = range(mistake.at[0] - 1, 0, -1)
    return next((number for number in numbers if has_something(mistake.line(number))), 1)


def has_something(line: str) -> bool:
    """Return whether a line is neither blank nor a comment."""
    return bool(line.strip()) and not line.lstrip().startswith("#")


def _is_item(line: str) -> bool:
    return line.lstrip().startswith("- ")


def _like_an_open_line(mistake: Mistake) -> str | None:
    """Return how many spaces the line of the place needs to go on with what is open there.

    An item goes on with a list, a field with the fields of a mapping: one in which its key means something, or else
    the one in the nearest column. None if no list is open.
    """
    from cfstream.spec.open_lines import OpenLine, open_lines  # only a text that is not YAML needs the model

    line = mistake.line(mistake.at[0])
    item, here = _is_item(line), len(line) - len(line.lstrip())
    above = [(number, mistake.line(number)) for number in range(1, mistake.at[0])]
    fitting = [each for each in open_lines(above) if each.is_item is item]
    if not fitting:
        return None

    def rank(each: OpenLine) -> tuple[bool, int, int]:
        return not each.has_a_place_for(line), abs(each.column - here), -each.column

    best = min(fitting, key=rank)
    return (
        f"begin it with {_spaces(best.column)}, like the {'item' if item else 'field'} on line {best.number}"
    )


def _spaces(count: int) -> str:
    return "no spaces" if not count else f"{count} space{'s' if count != 1 else ''}"


def _quoted(text: str) -> str:
    """Return the text of a line in double quotes, without the comment after it."""
    bare = _COMMENT_AT_END.sub("", text.rstrip()).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{bare}"'


def _no_colon(mistake: Mistake) -> Cause | None:
    found = bare_line(mistake.line(mistake.since[0]))
    return ((mistake.since[0], mistake.since[1]), *found) if found else None


def _second_colon(mistake: Mistake) -> Cause:
    line = mistake.line(mistake.at[0])
    found = re.match(r"\s*(?:- +)*(?P<key>[^\s:]+):\s+(?P<value>[^\s{\[].*)", line)
    if found and found.end("key") < mistake.at[1] - 1:
        what = "this text contains a colon and a space, which begin the value of a field"
        return (
            (mistake.at[0], found.start("value") + 1),
            what,
            f"write {found['key']}: {_quoted(found['value'])}",
        )
    spot = mistake.at[0], len(line) - len(line.lstrip()) + 1
    number = _line_before(mistake)
    if _is_item(line):
        what = f"this item of a list is indented under line {number}, which has a value already"
        return spot, what, _like_an_open_line(mistake) or _NOT_AN_ITEM
    what = f"this field is indented under line {number}, which has a value already"
    like = _like_an_open_line(mistake)
    return (
        spot,
        what,
        f"{like}; or put a text of several lines in quotes" if like else "put the text in quotes",
    )


def _block_end(mistake: Mistake) -> Cause | None:
    found = mistake.message.rpartition("found ")[2].strip("'\"")
    if found in ("]", "}"):
        return mistake.at, f"there is no bracket that this {found} closes", f"delete the {found}"
    if mistake.before.strip():
        return _after_the_end(mistake)
    if found == "-":
        what = f"this is an item of a list, among the fields that begin on line {mistake.since[0]}"
        return mistake.at, what, _NOT_AN_ITEM
    if found == "?":
        what = f"this is a field, among the items of the list that begins on line {mistake.since[0]}"
        return mistake.at, what, 'write "- " before it, or indent it like the field that has the list'
    above = "items" if _is_item(mistake.line(mistake.at[0])) else "fields"
    what = f"this line begins with {_spaces(mistake.at[1] - 1)}, and the {above} above do not"
    return mistake.at, what, _like_an_open_line(mistake) or _NOT_AN_ITEM


def _after_the_end(mistake: Mistake) -> Cause | None:
    """Return the mistake of more text after a value in quotes or brackets."""
    last = mistake.before.rstrip()[-1]
    if last in ("'", '"'):
        inside = "write '' for each ' in it" if last == "'" else 'write \\" for each " in it'
        return (
            mistake.at,
            f"there is more text after the closing {last}",
            f"put all of it in quotes; {inside}",
        )
    if last in ("}", "]"):
        what = "there is more text after the closing bracket"
        return mistake.at, what, "if the whole value is text, put it in quotes"
    return None


def _document_start(mistake: Mistake) -> Cause:
    if mistake.source.text.startswith("%"):
        return (1, 1), "a line that begins with % is a directive of YAML", "delete the line"
    what = "this field begins in another column than the first one"
    return mistake.at, what, "begin all fields at the top of the spec in the first column"


def _in_brackets(mistake: Mistake) -> Cause | None:
    sign, (opened, _) = mistake.sign, mistake.since
    close = _CLOSING.get(sign)
    if close is None:
        return None
    found = mistake.message.rpartition("got ")[2].strip("'\"")
    if found in ("]", "}"):
        what = f"the {sign} of line {opened} is closed by {found}"
        return mistake.at, what, f"write {close}"
    if re.search(r"(^|\s)//", mistake.line(opened)):
        spot = opened, mistake.line(opened).index("//") + 1
        return spot, "a comment of YAML begins with #", "write # instead of //"
    if found == "<stream end>":
        return mistake.since, f"the {sign} is never closed", f"write {close} after the last entry"
    if mistake.at[0] != opened:
        what = f"the {sign} is not closed before line {mistake.at[0]}"
        return mistake.since, what, f"write {close} after the last entry, and a comma between two entries"
    return mistake.at, "there is no comma between two entries", "write a comma between the entries"


def _no_content(mistake: Mistake) -> Cause:
    if mistake.message.endswith("found ','"):
        return mistake.at, "there is no entry before this comma", "delete the comma"
    if mistake.message.endswith("found '<stream end>'") and (opened := _last_open(mistake.source)):
        (number, column), sign = opened
        return (number, column), f"the {sign} is never closed", f"write {_CLOSING[sign]} after the last entry"
    return mistake.at, "there is no value here", "write a value, or delete the line"


_TOKEN = re.compile(r""""(?:[^"\\]|\\.)*"|'[^']*'|(?:^|\s)#.*|[][{}]""", re.MULTILINE)


def _last_open(source: Source) -> tuple[Spot, str] | None:
    """Return the last bracket of the text that is not closed."""
    opened: list[tuple[Spot, str]] = []
    for token in _TOKEN.finditer(source.text):
        if token[0] in _CLOSING:
            opened.append((source.spot(token.start()), token[0]))
        elif token[0] in _CLOSING.values() and opened:
            opened.pop()
    return opened[-1] if opened else None


def _open_quote(mistake: Mistake) -> Cause | None:
    if mistake.sign not in ("'", '"'):
        return None
    return (
        mistake.since,
        f"the quote {mistake.sign} is never closed",
        f"write {mistake.sign} at the end of the text",
    )


def _bad_start(mistake: Mistake) -> Cause:
    line, (number, column) = mistake.line(mistake.at[0]), mistake.at
    quoted = _quoted(line[column - 1 :])
    do = f"write {quoted}" if not re.search(r"[\[\]{},]", line) else "put the text in quotes"
    return (number, column), f"a text without quotes cannot begin with {line[column - 1 : column]}", do


def _bad_name(mistake: Mistake) -> Cause | None:
    sign = mistake.before.rstrip()[-1:]
    means = {"*": "refers to an anchor", "&": "names an anchor", "!": "is a tag"}.get(sign)
    if means is None:
        return None
    spot = mistake.at[0], len(mistake.before.rstrip())
    return (
        spot,
        f"{sign} without quotes {means}, and there is no name after it",
        f'for the text, write "{sign}"',
    )


def _bad_escape(mistake: Mistake) -> Cause:
    sign = mistake.line(mistake.at[0])[mistake.at[1] - 1 : mistake.at[1]]
    what = f"\\{sign} does not stand for a character in double quotes"
    return mistake.at, what, "put the text in single quotes, in which a backslash is a backslash"


def _bad_block(mistake: Mistake) -> Cause:
    do = "write the text on the next lines, indented; or all on this line, in quotes"
    return mistake.at, "after | or > the text begins on the next line", do


def _other(mistake: Mistake) -> Cause:
    return (
        mistake.at,
        "this cannot be read as YAML",
        "check the indentation, and that quotes and brackets are closed",
    )


_CAUSES: tuple[tuple[str, Callable[[Mistake], Cause | None]], ...] = (
    ("could not find expected ':'", _no_colon),
    ("mapping values are not allowed", _second_colon),
    ("expected <block end>", _block_end),
    ("expected '<document start>'", _document_start),
    ("expected ','", _in_brackets),
    ("expected the node content", _no_content),
    ("end of stream", _open_quote),
    ("cannot start any token", _bad_start),
    ("alphabetic or numeric", _bad_name),
    ("escape character", _bad_escape),
    ("chomping or indentation", _bad_block),
)
"""What ruamel says, and the function that finds the cause."""
