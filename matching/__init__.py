"""Matching core: who could answer which need, how well, and why, as data.

Pure: numpy, scipy and ``vocabulary`` only. Imported by ``services``, ``jobs`` and ``bench``; it
knows nothing of the database, of the web or of the search engine, and returns codes, never
sentences.
"""
