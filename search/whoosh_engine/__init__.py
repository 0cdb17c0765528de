"""The default engine: Whoosh writes and stores the index, a small reader beside it ranks.

Only this package imports Whoosh. ``search.whoosh_engine.backend`` is its door.
"""
