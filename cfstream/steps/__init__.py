"""The verbs of a plan, a file each: the data of a step, and what it does when it runs."""
