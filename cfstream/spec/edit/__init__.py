"""Edit a spec as text: an edit changes what it must, and no other character of the file.

Comments, order, quotes, indentation, line ends, a byte order mark and the end of the file stay, because people review
specs in pull requests. Every edit is checked before it is returned: the new text is read, and must mean the same except
for the edit. Otherwise CannotEdit is raised, with what to do by hand.

`append` and `remove` edit lists; `replace`, `rename`, `insert` and `drop` edit mappings; `uncomment` deletes a comment
that is no longer true.
"""

from cfstream.spec.edit.editable import BOM, CannotEdit, EditableDocument
from cfstream.spec.edit.entries import append, remove
from cfstream.spec.edit.fields import drop, insert, rename, replace, uncomment
from cfstream.spec.edit.writing import Entry, Value

__all__ = [
    "BOM",
    "CannotEdit",
    "EditableDocument",
    "Entry",
    "Value",
    "append",
    "drop",
    "insert",
    "remove",
    "rename",
    "replace",
    "uncomment",
]
