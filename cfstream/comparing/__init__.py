"""What a change of specs changes in meaning: fields, their defaults filled in, and the hazards that specs alone show.

Does not live here: what is live, which a plan knows, and where the two versions come from.
"""

from cfstream.comparing.comparison import Comparison, StackComparison, compare

__all__ = ["Comparison", "StackComparison", "compare"]
