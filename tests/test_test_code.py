"""The code of the tests: it uses no private names of the product, compares numbers of queries
instead of stating them, and the names in its strings exist."""

import ast
import pkgutil
from collections import Counter
from functools import cache
from inspect import signature

import pytest
from django.conf import settings

PRODUCT = {"accounts", "audit", "consultations", "core", "dermaai", "gallery", "imaging", "jobs"}
FOLDERS = ("tests", "testing", "tools", *(f"{app}/tests" for app in sorted(PRODUCT)))
OLD_VERSION = "testing/former_demo.py"  # its imports are those of an older version
FUNCTIONS = (ast.FunctionDef, ast.ClassDef)


@cache
def trees():
    """{path: syntax tree} of the tests and of what they share."""
    root = settings.BASE_DIR
    paths = [root / "conftest.py", *(p for name in FOLDERS for p in (root / name).rglob("*.py"))]
    names = {path.relative_to(root).as_posix(): path for path in paths}
    return {
        name: ast.parse(path.read_text()) for name, path in names.items() if name != OLD_VERSION
    }


def nodes(kind):
    for path, tree in trees().items():
        for node in ast.walk(tree):
            if isinstance(node, kind):
                yield f"{path}:{getattr(node, 'lineno', 1)}", tree, node


def name_of(call):
    return getattr(call.func, "attr", getattr(call.func, "id", ""))


def texts(call):
    return [a.value for a in call.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]


def is_private(dotted):
    return any(part.startswith("_") and not part.endswith("__") for part in dotted.split("."))


@cache
def imported_from_product(tree):
    """The names that a file imports from the product."""
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module]
    ours = [node for node in imports if node.module.split(".")[0] in PRODUCT]
    return {alias.asname or alias.name for node in ours for alias in node.names}


def test_tests_use_no_private_names_of_the_product():
    """Otherwise a change inside the product breaks its tests; what they need becomes public."""
    private = [
        (place, name)
        for place, tree, node in nodes(ast.ImportFrom)
        for name in imported_from_product(tree) & {alias.name for alias in node.names}
        if is_private(name)
    ]
    private += [
        (place, ast.unparse(node))
        for place, tree, node in nodes(ast.Attribute)
        if is_private(node.attr)
        and isinstance(node.value, ast.Name)
        and node.value.id in imported_from_product(tree)
        and node.attr != "_meta"
    ]
    private += [
        (place, ast.unparse(node))
        for place, _tree, node in nodes(ast.Call)
        if name_of(node) in ("setattr", "delattr") and any(map(is_private, texts(node)))
    ]
    assert not private


def test_numbers_of_queries_are_compared_and_not_stated():
    """A stated number fails with every harmless change; what matters is that it does not grow. That
    there is no query at all may be stated."""
    stated = [
        place
        for place, _tree, node in nodes(ast.Call)
        if name_of(node) in ("django_assert_num_queries", "assertNumQueries")
        and not (isinstance(node.args[0], ast.Constant) and node.args[0].value == 0)
    ]
    assert not stated


def test_patched_names_exist():
    """Type checkers do not see names in strings."""
    for place, _tree, node in nodes(ast.Call):
        if name_of(node) != "setattr" or "raising" in {keyword.arg for keyword in node.keywords}:
            continue
        target = next(iter(texts(node)), "")
        if target.split(".")[0] in PRODUCT and "." in target:
            try:
                pkgutil.resolve_name(target)
            except (AttributeError, ImportError) as error:
                pytest.fail(f"{place}: {error}")


def test_programs_exist_and_take_their_arguments():
    """They are named in strings (`Installed.program`), and run in other processes."""
    for place, _tree, node in nodes(ast.Call):
        if name_of(node) in ("program", "shell_code") and texts(node):
            function = pkgutil.resolve_name(f"testing.programs.{texts(node)[0]}")
            arguments = {keyword.arg: None for keyword in node.keywords if keyword.arg}
            try:
                signature(function).bind(**arguments)
            except TypeError as error:
                pytest.fail(f"{place}: {error}")


def test_no_test_replaces_another_of_the_same_name():
    twice = [
        (place, name)
        for place, _tree, node in nodes((ast.Module, ast.ClassDef))
        for name, times in Counter(n.name for n in node.body if isinstance(n, FUNCTIONS)).items()
        if times > 1
    ]
    assert not twice
