"""Measurements: this server beside what one would use instead."""
