"""The configuration: every setting once, and where its values come from."""

from webapp.config.settings import Config
from webapp.config.sources import ConfigError, load_config

__all__ = ["Config", "ConfigError", "load_config"]
