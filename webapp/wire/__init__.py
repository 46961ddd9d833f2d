"""RFC 6455 on the wire: knows nothing of echo, journal or pages."""
