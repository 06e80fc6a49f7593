"""How dates are written, by language; Django looks for `<language>/formats.py` here."""
