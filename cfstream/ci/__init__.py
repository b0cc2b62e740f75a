"""cfstream in the pipelines of code hosts: the plan as a comment that is kept up to date, the rest as summaries.

``python -m cfstream.ci.github`` is what ``action.yml`` runs, ``python -m cfstream.ci.gitlab`` what the template
``ci/gitlab.yml`` runs. Both run the program as a person would (``running``, ``job``); ``forge`` is the door to a host's
API, ``body`` what is written there.
"""
