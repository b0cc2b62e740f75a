"""What there is, read for people: the lists, one distribution with all its settings, when it is Deployed, how
to delete it.

Reading and arranging only: how it looks is `render/inventory.py`. Nothing here compares live with a spec;
that is a plan.
"""
