"""Flask extensions and per-request plumbing: database session, clock, languages, mail.

Views, jobs and ``app`` import this package; services and cores never do.
"""
