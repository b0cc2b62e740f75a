"""Who can read the objects of a stack, before and after: `exposing` finds the ways in, `opening` says what closes one
that is not ours. Pure.
"""

from cfstream.exposure.exposing import NOBODY, Exposure, expose
from cfstream.exposure.opening import Opening, Sort, closing

__all__ = ["NOBODY", "Exposure", "Opening", "Sort", "closing", "expose"]
