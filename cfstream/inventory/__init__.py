"""Read the account for people: the lists, one distribution with all settings, deployment, and deletion by id.

This package reads and arranges; `render/inventory.py` formats. Nothing here compares the live state with a spec, which
is a plan.
"""
