"""What all tests share."""

import os

from hypothesis import settings

# Deadlines only fail on a busy machine; CI looks at the same cases every time.
settings.register_profile("default", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "default")
