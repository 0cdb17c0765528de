"""Full-text search of the directory: analysis, query, engines behind one protocol.

Services and jobs may import this package; it imports ``vocabulary`` only. Whoosh is known
inside ``search.whoosh_engine`` and nowhere else.
"""
