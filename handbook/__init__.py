"""Makes the pages and pictures of the manual that come from the program itself: ``python -m handbook``.

What a person wrote is in ``docs/``; what is made here goes to ``docs/reference`` and ``docs/pictures``, and is never
checked in, so it cannot say what was true last month.
"""
