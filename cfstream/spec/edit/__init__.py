"""Edits of a spec as text: what they are to change changes, and no other character of the file.

Comments, order, quotes, indentation, line ends, a byte order mark and the end of the file stay as they are, for a spec
is read in pull requests. Every edit is proved before it is returned: the text is read again, and must say what it said
but for the edit; else CannotEdit is raised, with what to do by hand. Does not live here: reading and writing files.

`append` and `remove` are for the entries of a list; `replace`, `rename`, `insert` and `drop` for the fields of a
mapping; `uncomment` is for a comment that would not be true any more.
"""

from cfstream.spec.edit.entries import append, remove
from cfstream.spec.edit.fields import drop, insert, rename, replace, uncomment
from cfstream.spec.edit.manuscript import BOM, CannotEdit, Manuscript
from cfstream.spec.edit.writing import Entry, Value

__all__ = [
    "BOM",
    "CannotEdit",
    "Entry",
    "Manuscript",
    "Value",
    "append",
    "drop",
    "insert",
    "remove",
    "rename",
    "replace",
    "uncomment",
]
