"""The layers of docs/architecture.md: apps and browser modules import only from lower layers."""

import ast
import graphlib
import re

import pytest
from django.conf import settings

LAYERS = ("core", "jobs", "audit", "accounts", "imaging", "consultations", "gallery", "dermaai")
BELOW = {room: {*LAYERS[:level]} for level, room in enumerate(LAYERS)}
BELOW["annotations"] = BELOW["gallery"]  # beside it: neither knows the other
BELOW["dermaai"] |= {"annotations"}
BELOW["jobs"] = {"core"}
BELOW["audit"] = {"core"}
BELOW["accounts"] = {"core", "audit"}
BELOW["imaging"] = {"core", "accounts", "audit"}


def imports(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (name.name.split(".")[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.module.split(".")[0]


def files():
    """The Python files of the product, including sub-packages."""
    for room in BELOW:
        for path in (settings.BASE_DIR / room).rglob("*.py"):
            if not {"tests", "migrations"} & set(path.parts):
                yield path


@pytest.mark.parametrize("room", BELOW)
def test_app_imports_only_from_lower_layers(room):
    rooms = set(BELOW)
    violations = [
        (path.relative_to(settings.BASE_DIR).as_posix(), name)
        for path in (settings.BASE_DIR / room).rglob("*.py")
        if "tests" not in path.parts
        for name in imports(path)
        if name in rooms - BELOW[room] - {room}
    ]
    assert not violations


def test_product_does_not_import_tools_or_tests():
    """Servers do not have them: the image leaves them out."""
    violations = [(path.as_posix(), name) for path in files() for name in imports(path)]
    assert not [(path, name) for path, name in violations if name in ("tools", "testing", "tests")]


def module_of(path):
    parts = path.relative_to(settings.BASE_DIR).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(path, modules):
    """The modules of the product that a file imports, also inside functions."""
    package = module_of(path) if path.stem == "__init__" else module_of(path).rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parents = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*parents, *([node.module] if node.module else [])])
            for name in node.names:
                full_name = f"{base}.{name.name}"
                yield full_name if full_name in modules else base


def test_python_imports_have_no_cycle():
    """Files in a cycle cannot be read, moved or tested alone. Imports inside functions count."""
    modules = {module_of(path): path for path in files()}
    graph = {
        name: {*imported(path, modules)} & {*modules} - {name} for name, path in modules.items()
    }
    graphlib.TopologicalSorter(graph).prepare()  # raises CycleError, with the cycle


BROWSER_IMPORT = re.compile(r"""(?:\bfrom|\bimport)\s*\(?\s*["'](\.{1,2}/[^"']+)["']""")


def browser_modules():
    """{module: the modules that it imports}, as paths relative to static/js."""
    root = settings.BASE_DIR / "static" / "js"
    return {
        path.relative_to(root).as_posix(): {
            (path.parent / name).resolve().relative_to(root.resolve()).as_posix()
            for name in BROWSER_IMPORT.findall(path.read_text())
        }
        for path in root.rglob("*.js")
    }


def test_browser_modules_import_only_their_app_and_components():
    """An app's modules may import `components`, but not another app's modules."""
    modules = browser_modules()
    assert sum(map(len, modules.values())) > 30, "otherwise the regular expression finds no imports"
    for path, imported_paths in modules.items():
        assert imported_paths <= set(modules), path
        allowed = {path.split("/")[0], "components"}
        if "/" in path:  # app.js is on every page and may import all
            assert {name.split("/")[0] for name in imported_paths} <= allowed, path


def test_browser_imports_have_no_cycle():
    graphlib.TopologicalSorter(browser_modules()).prepare()


def test_models_refer_to_the_user_by_setting():
    """Foreign keys use AUTH_USER_MODEL; only `accounts` imports its model."""
    for path in files():
        if "models" in (path.stem, path.parent.name) and path.parts[-2] != "accounts":
            assert "accounts" not in set(imports(path)), path


def test_only_storage_signs_urls_and_names_blobs():
    signers = ("settings.py", "ids.py")
    for path in files():
        if path.name in signers or path.parent.name == "storage":
            continue
        text = path.read_text()
        for word in ("generate_blob_sas", "signing.Signer", "uuid4"):
            assert word not in text, (path, word)


LIMITS = {".py": 300, ".html": 150, ".js": 200}


def test_files_stay_small():
    """Longer files are split by noun, never into `utils.py`."""
    names = (*BELOW, "tools", "testing", "templates", "static/js")
    roots = [settings.BASE_DIR / name for name in names]
    too_long = [
        (path.relative_to(settings.BASE_DIR).as_posix(), lines)
        for root in roots
        for path in root.rglob("*")
        if path.suffix in LIMITS and not {"tests", "migrations", "node_modules"} & set(path.parts)
        for lines in [len(path.read_text().splitlines())]
        if lines > LIMITS[path.suffix]
    ]
    assert not too_long
    assert not [path for path in files() if path.name == "utils.py"]
