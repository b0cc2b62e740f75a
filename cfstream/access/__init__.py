"""Who can read, list, write or manage a bucket's objects: one pure function of what is live.

`reader` names who, `globs` splits keys into cells, `policy` judges statements. Nothing here reads or writes.
"""
