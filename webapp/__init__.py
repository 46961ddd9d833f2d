"""Echoscope: an echo server for WebSockets that you can see through."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from webapp.app import create_app
    from webapp.config import Config

__all__ = ["Config", "__version__", "create_app"]

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    # Imported on first use, so that the command has the signals in hand before it loads the rest.
    if name == "create_app":
        from webapp.app import create_app

        return create_app
    if name == "Config":
        from webapp.config import Config

        return Config
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
