"""Run cfstream in the pipelines of code hosts: the plan becomes a comment that is kept up to date.

``action.yml`` runs ``python -m cfstream.ci.github``, and the template ``ci/gitlab.yml`` runs ``python -m
cfstream.ci.gitlab``. Both run the program in a process of its own (`running`, `job`). `forge` is the client for a
host's API, and `body` makes the comments.
"""
