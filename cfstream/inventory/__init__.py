"""Read the account for `list`, `show`, `wait` and `delete`.

This package reads and arranges; `render/inventory.py` formats. Only plans compare the live state with a spec.
"""
