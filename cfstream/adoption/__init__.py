"""Import a live distribution as a spec whose plan is empty.

This package reads one distribution of either kind and everything that it refers to, writes it as a spec, and lists what
a spec cannot express. The caller passes in the planner, which must find nothing to do, and writes the files.
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
