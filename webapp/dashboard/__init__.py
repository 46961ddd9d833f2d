"""What people and programs see: the page, its live feed, JSON."""
