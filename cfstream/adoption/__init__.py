"""A live distribution as a spec: found, described, and proved to be what its plan calls no change.

Lives here: reading one distribution of either kind and what it refers to, saying it in the language, and what of it
the language cannot say. Does not live here: planning (`kinds`, `plan`), which is handed in as the judge, and files.
"""

from cfstream.adoption.account import Account, read_account
from cfstream.adoption.finding import find
from cfstream.adoption.importing import Imported, import_all, import_one
from cfstream.adoption.refusal import CannotImport
from cfstream.adoption.risks import Risk

__all__ = [
    "Account",
    "CannotImport",
    "Imported",
    "Risk",
    "find",
    "import_all",
    "import_one",
    "read_account",
]
