"""Words shared by every layer: enumerations, themes, identifiers, places, periods.

Anyone may import this package; it imports nothing of ours and no framework.
"""
