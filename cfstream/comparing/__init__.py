"""Compare two versions of specs: fields, with their defaults, and the hazards that specs alone show.

What is live is not read: a plan does that.
"""

from cfstream.comparing.comparison import Comparison, StackComparison, compare

__all__ = ["Comparison", "StackComparison", "compare"]
