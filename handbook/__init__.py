"""Generates the pages and pictures of the manual that come from the program: ``python -m handbook``.

They go to ``docs/reference`` and ``docs/pictures``. What other pages link to is checked in, because code hosts show it
too; tests compare it with what would be generated. All other pages in ``docs/`` are written by hand.
"""
