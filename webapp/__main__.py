"""`python -m webapp`: the same as the command `echoscope`."""

import sys

from webapp.cli import main

if __name__ == "__main__":
    sys.exit(main())
