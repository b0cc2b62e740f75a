"""Generates the pages and pictures of the manual that come from the program: ``python -m handbook``.

They go to ``docs/reference`` and ``docs/pictures`` and are never checked in, so they cannot become outdated. All other
pages in ``docs/`` are written by hand.
"""
