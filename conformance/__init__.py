"""Conformance: the Autobahn test suite, played to this server and to what one would use instead."""
