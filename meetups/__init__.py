"""Planning core of the meetup days: who meets whom, when, at which table, and how good it is.

Pure: numpy, scipy, the solvers and ``vocabulary`` only. Imported by ``services``, ``jobs`` and
``bench``; it knows nothing of the database or of the web, takes and returns frozen dataclasses,
is deterministic for a seed, and gives reason codes, never sentences.
"""
