"""Write the outside readers and managers that `import` finds as commented lines of the spec.

The user decides which ones are expected. cfstream never declares a reader by itself.
"""

from collections.abc import Iterable

from cfstream.access.listed_reader import text_in_spec
from cfstream.access.reader import May, Reader
from cfstream.spec.edit.writing import inline

FIELDS = {
    May.READ: "also_read_by",
    May.LIST: "also_read_by",
    May.WRITE: "also_managed_by",
    May.MANAGE: "also_managed_by",
}
"""The field that covers each permission."""

REASONS = {
    "also_read_by": "can read or list the bucket now. Remove the # if that is intended:",
    "also_managed_by": "can write objects or change who can read them now. Remove the # if that is intended:",
}


def commented_readers(readers: Iterable[tuple[Reader, May]]) -> list[str]:
    """Return the commented lines that list `readers`; none if no reader can be listed.

    A reader that no field can list, like anyone, only appears in the openings of the plan.
    """
    found: dict[str, list[str]] = {field: [] for field in REASONS}
    for reader, may in readers:
        if text := text_in_spec(reader):
            found[FIELDS[may]].append(text)
    lines = []
    for field, texts in found.items():
        listed = sorted(set(texts))
        if listed:
            lines.append(f"# {'These' if len(listed) > 1 else 'This one'} {REASONS[field]}")
            lines.append(f"# {field}: {inline(listed)}")
    return lines
