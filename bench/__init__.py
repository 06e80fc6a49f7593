"""How fast pages are, next to a Django view that does nothing."""
