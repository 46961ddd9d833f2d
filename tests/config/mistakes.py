"""What is said of a configuration with mistakes."""

from collections.abc import Mapping

import pytest

from webapp.config.sources import ConfigError, load_config


def mistakes(
    file: str | None = None,
    environ: Mapping[str, str] | None = None,
    flags: Mapping[str, str] | None = None,
) -> list[str]:
    """Load it as the command does, see it refused, and return each problem in words."""
    with pytest.raises(ConfigError) as caught:
        load_config(file, environ, flags)
    return [str(problem) for problem in caught.value.problems]
