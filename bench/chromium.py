"""The browser in which the page is tested, measured and photographed."""

from __future__ import annotations

import os
import shutil
from typing import Final

__all__ = ["MISSING", "OPTIONS", "executable"]

MISSING: Final = "There is no browser: install chromium, or name one in CHROMIUM."

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

# Several lists of features do not add up: this one takes the place of Playwright's own.
_NOT_WANTED = (
    "AvoidCorsURLLoaderRestartOnRedirect",
    "DestroyProfileOnBrowserClose",
    "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PaintHolding",
    "PreconnectToSearch",
    "ThirdPartyStoragePartitioning",
    # Each window would load two pages of the browser's own, which cost more than ours.
    "WebUIOmniboxAimPopup",
    "WebUIOmniboxPopup",
)

OPTIONS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    f"--disable-features={','.join(_NOT_WANTED)}",
)


def executable() -> str | None:
    """The one that CHROMIUM names, or the first of the usual names on the path."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, _NAMES)), None)
