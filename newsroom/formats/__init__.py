"""How dates are written, by language: day, month by name, year, and the clock of 24 hours."""
