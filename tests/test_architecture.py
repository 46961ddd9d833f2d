"""The arrows between the parts: which of them may import which, read from the source."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "webapp"

# What each part may import of the others; the first name that fits a module counts. A part is a
# module, or a package with all that is in it, and may always import itself.
ALLOWED: dict[str, set[str]] = {
    "webapp.wire": set(),
    # What the wire tells, and nothing of how it comes to know it.
    "webapp.journal": {
        "webapp.wire.echoes",
        "webapp.wire.records",
        "webapp.wire.roundtrips",
    },
    "webapp.gate": set(),
    "webapp.connection": {"webapp.journal", "webapp.wire"},
    "webapp.hub": {
        "webapp.connection",
        "webapp.gate",
        "webapp.journal",
        "webapp.printable",
        "webapp.wire",
    },
    "webapp.push": {"webapp.hub", "webapp.wire"},
    "webapp.echo": {"webapp.gate", "webapp.hub", "webapp.wire"},
    "webapp.dashboard": {
        "webapp",
        "webapp.codings",
        "webapp.gate.arrivals",
        "webapp.gate.protocol",
        "webapp.gate.refusals",
        "webapp.gate.signin",
        "webapp.hub",
        "webapp.journal",
        "webapp.printable",
        "webapp.push",
        "webapp.wire.closing",
    },
    # The settings are checked by those who use them.
    "webapp.config": {
        "webapp.gate.authorities",
        "webapp.gate.hosts",
        "webapp.gate.origins",
        "webapp.printable",
    },
    "webapp.printable": set(),
    "webapp.memory": set(),
    "webapp.assets": {"webapp.codings", "webapp.stylesheet"},
    "webapp.stylesheet": {"webapp.gate.headers"},
    "webapp.codings": set(),
    "webapp.answers": {"webapp.wire"},
    "webapp.descriptors": set(),
    "webapp.app": {
        "webapp.answers",
        "webapp.assets",
        "webapp.config",
        "webapp.dashboard",
        "webapp.echo",
        "webapp.gate",
        "webapp.hub",
        "webapp.journal",
        "webapp.logs",
        "webapp.wire",
    },
    "webapp.listen": set(),
    "webapp.logs": {
        "webapp.config",
        "webapp.descriptors",
        "webapp.logwriter",
        "webapp.printable",
    },
    "webapp.logwriter": set(),
    "webapp.serve": {
        "webapp.memory",
        "webapp.app",
        "webapp.config",
        "webapp.descriptors",
        "webapp.listen",
    },
    "webapp.cli": {
        "webapp",
        "webapp.config",
        "webapp.listen",
        "webapp.logs",
        "webapp.printable",
        "webapp.serve",
    },
    "webapp.__main__": {"webapp.cli"},
    "webapp": {"webapp.app", "webapp.config"},
}
# Within the gate, the policies know each other and the record of a refusal, but nothing of HTTP
# requests: those are the middlewares' business.
POLICIES = {
    f"webapp.gate.{name}"
    for name in ("access", "authorities", "guesses", "hosts", "limits", "origins", "proxies")
}
POLICIES_ALLOWED = POLICIES | {"webapp.gate.refusals"}


def modules() -> dict[str, Path]:
    """All modules by their full names."""
    found = {}
    for path in PACKAGE.rglob("*.py"):
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


MODULES = modules()


def imports(name: str) -> set[str]:
    """The modules of this package that a module imports, wherever in it and for whatever use."""
    found: set[str] = set()
    path = MODULES[name]
    package = name if path.stem == "__init__" else name.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package.split(".")[: len(package.split(".")) - node.level + 1]
            origin = ".".join([*(base if node.level else []), *filter(None, [node.module])])
            # What is imported from a package may be one of its modules.
            for alias in node.names:
                full = f"{origin}.{alias.name}"
                found.add(full if full in MODULES else origin)
    return {module for module in found if module.partition(".")[0] == "webapp"}


def within(module: str, part: str) -> bool:
    """Whether a module is of a part; the package itself, which tells the version, is one alone."""
    return module == part or (part != "webapp" and module.startswith(f"{part}."))


def part_of(module: str) -> str:
    return next(part for part in ALLOWED if within(module, part))


@pytest.mark.parametrize("module", sorted(MODULES))
def test_imports_follow_the_arrows(module: str) -> None:
    part = part_of(module)
    for imported in imports(module):
        assert any(within(imported, other) for other in {part, *ALLOWED[part]}), (
            f"{module} must not import {imported}"
        )


@pytest.mark.parametrize("module", sorted(POLICIES))
def test_policies_stand_on_their_own(module: str) -> None:
    assert imports(module) <= POLICIES_ALLOWED


def test_the_arrows_name_what_there_is_and_what_is_used() -> None:
    """A part that is gone, or an arrow that nobody goes along any more, is to be erased here."""
    for part, allowed in ALLOWED.items():
        used = {name for module in MODULES if part_of(module) == part for name in imports(module)}
        for other in allowed:
            assert any(within(name, other) for name in used), f"{part} does not import {other}"


MUTABLE = {"Counter", "OrderedDict", "bytearray", "count", "defaultdict", "deque", "dict", "list"}
MUTABLE |= {"set", "Event", "Lock", "Queue", "WeakSet", "WeakValueDictionary"}
CHANGES = {"add", "append", "clear", "discard", "extend", "insert", "pop", "popitem", "popleft"}
CHANGES |= {"remove", "setdefault", "sort", "update", "put_nowait", "set", "__setitem__"}


def globals_of(tree: ast.Module) -> dict[str, ast.expr]:
    """What a module binds at its top, by name."""
    bound: dict[str, ast.expr] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    bound[target.id] = node.value
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
            bound[node.target.id] = node.value
    return bound


def name_of(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def changed_names(tree: ast.Module) -> set[str]:
    """Names that are rebound, or whose items or attributes are set or changed by a method."""
    changed: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Global):
            changed |= set(node.names)
        elif isinstance(node, (ast.Subscript, ast.Attribute)) and (
            isinstance(node.ctx, (ast.Store, ast.Del))
            or (isinstance(node, ast.Attribute) and node.attr in CHANGES)
        ):
            changed.add(getattr(node.value, "id", ""))
    return changed


@pytest.mark.parametrize("module", sorted(MODULES))
def test_nothing_at_module_level_changes(module: str) -> None:
    """Tables are fine: what is held at the top of a module is never written to after it is made."""
    tree = ast.parse(MODULES[module].read_text())
    bound = globals_of(tree)
    assert not changed_names(tree) & bound.keys()
    for name, value in bound.items():
        made = isinstance(value, ast.Call) and name_of(value.func) in MUTABLE
        assert not made, f"{name} is made to be changed"
        empty = ast.unparse(value) in ("[]", "{}")
        assert not empty, f"{name} is empty, so somebody must fill it"
