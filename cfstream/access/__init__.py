"""Evaluate who can read, list, write or manage a bucket's objects, from what is live. Pure.

`reader` defines readers, `globs` splits keys into cells, and `policy` judges statements.
"""
