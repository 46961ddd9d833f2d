"""The wheel: from the tree or from the sdist, it serves page and files from any folder."""

import subprocess
import sys
import zipfile
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.command import REPOSITORY, run, serving

pytestmark = pytest.mark.slow

# The installed copy is not the code whose coverage is measured.
UNMEASURED = ("env", "-u", "COVERAGE_PROCESS_CONFIG", "-u", "COVERAGE_PROCESS_START")
COMMAND = (*UNMEASURED, sys.executable, "-m", "webapp")


# Without a kind, `build` makes the sdist and then the wheel from the sdist.
@pytest.fixture(scope="module", params=[("--wheel",), ()], ids=["tree", "sdist"])
def wheel(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("dist")
    python("-m", "build", "--no-isolation", *request.param, "--outdir", out, REPOSITORY)
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("installed")
    options = ["--quiet", "--disable-pip-version-check", "--no-index", "--no-deps"]
    python("-m", "pip", "install", *options, "--target", target, wheel)
    return target


def python(*arguments: str | Path) -> None:
    command = [*UNMEASURED, sys.executable, *map(str, arguments)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def page_files() -> list[str]:
    files = [path for part in ("templates", "static") for path in (REPOSITORY / part).rglob("*")]
    return [path.relative_to(REPOSITORY).as_posix() for path in files if path.is_file()]


def test_it_holds_the_page_and_nothing_beside_the_package(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert {name.split("/")[0].split("-")[0] for name in names} == {"webapp", "echoscope"}
    assert {f"webapp/{name}" for name in page_files()} <= set(names)
    assert "webapp/py.typed" in names
    assert not [name for name in names if "__pycache__" in name]


def test_it_serves_the_page_and_its_files_from_any_folder(installed: Path, tmp_path: Path) -> None:
    env = {"PYTHONPATH": str(installed)}
    static = next(name for name in page_files() if name.startswith("static/"))
    with serving("--port", "0", cwd=tmp_path, env=env, command=COMMAND) as served:
        with urlopen(served.page) as response:
            assert b"Echoscope" in response.read()
        with urlopen(served.page + static) as response:
            assert response.read() == (REPOSITORY / static).read_bytes()


def test_it_is_the_installed_copy_that_runs(installed: Path, tmp_path: Path) -> None:
    command = (*UNMEASURED, sys.executable, "-c", "import webapp; print(webapp.__file__)")
    done = run(cwd=tmp_path, env={"PYTHONPATH": str(installed)}, command=command)
    assert Path(done.stdout.strip()).parent == installed / "webapp"


def test_it_has_the_command(installed: Path, tmp_path: Path) -> None:
    env = {"PYTHONPATH": str(installed)}
    command = (
        *UNMEASURED,
        str(installed / "bin" / "echoscope"),
    )
    assert run("--version", cwd=tmp_path, env=env, command=command).stdout == "echoscope 0.1.0\n"
