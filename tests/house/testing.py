"""Rules on tests: they assert something that matters, and they run our code as it is."""

import ast
from collections.abc import Iterator
from functools import cache

from tests.house.source import ROOT, Function, Source

_RAISES = {"pytest.raises", "pytest.warns", "pytest.fail", "playwright.sync_api.expect"}
_STATUS = {"status_code", "status"}


def without_assertion(file: Source) -> Iterator[str]:
    """A test that cannot fail is none. What a function of the tests asserts for it counts."""
    for test in _tests_of(file):
        if not _asserts(file, test, asserting(file)):
            yield f"{test.lineno} {test.name} asserts nothing"


def only_status(file: Source) -> Iterator[str]:
    """The right status can come with the wrong answer: look at that, too."""
    for test in _tests_of(file):
        asserts = [node.test for node in ast.walk(test) if isinstance(node, ast.Assert)]
        others = any(_is_assertion_call(file, node, asserting(file)) for node in ast.walk(test))
        if asserts and not others and all(map(_is_about_status, asserts)):
            yield f"{test.lineno} {test.name} asserts nothing but a status"


def _tests_of(file: Source) -> Iterator[Function]:
    if file.path.rpartition("/")[2].startswith("test_"):
        yield from (function for function in file.functions() if function.name.startswith("test_"))


@cache
def asserting(file: Source) -> frozenset[str]:
    """The names by which the file can call something that asserts: its own functions and those of other test files."""
    names = frozenset(name for name, dotted in file.imports.items() if _asserts_elsewhere(dotted))
    while True:
        more = names | {function.name for function in file.functions() if _asserts(file, function, names)}
        if more == names:
            return names
        names = more


def _asserts_elsewhere(dotted: str) -> bool:
    module, _, name = dotted.rpartition(".")
    path = ROOT / f"{module.replace('.', '/')}.py"
    if not module.startswith("tests.") or not path.exists():
        return False
    return name in asserting(Source(path.relative_to(ROOT).as_posix(), path.read_text()))


def _asserts(file: Source, function: Function, names: frozenset[str]) -> bool:
    return any(
        isinstance(node, ast.Assert) or _is_assertion_call(file, node, names)
        for node in ast.walk(function)
        if node is not function
    )


def _is_assertion_call(file: Source, node: ast.AST, names: frozenset[str]) -> bool:
    if not isinstance(node, ast.Call):
        return False
    called = node.func.attr if isinstance(node.func, ast.Attribute) else file.dotted(node.func)
    return file.dotted(node.func) in _RAISES or called in names


def _is_about_status(test: ast.expr) -> bool:
    """Whether it only compares statuses with numbers: `answer.status_code == 200`, or a list of them."""
    if isinstance(test, ast.BoolOp):
        return all(map(_is_about_status, test.values))
    if not isinstance(test, ast.Compare):
        return False
    sides = [test.left, *test.comparators]
    return any(map(_is_status, sides)) and all(_is_status(side) or _is_number(side) for side in sides)


def _is_status(node: ast.expr) -> bool:
    match node:
        case ast.Attribute(attr=name):
            return name in _STATUS
        case ast.ListComp(elt=each) | ast.SetComp(elt=each) | ast.GeneratorExp(elt=each):
            return _is_status(each)
        case ast.List(elts=each) | ast.Tuple(elts=each) | ast.Set(elts=each):
            return bool(each) and all(map(_is_status, each))
        case _:
            return False


def _is_number(node: ast.expr) -> bool:
    match node:
        case ast.Constant(value=int()):
            return True
        case ast.List(elts=each) | ast.Tuple(elts=each) | ast.Set(elts=each):
            return all(map(_is_number, each))
        case ast.BinOp(left=left, right=right):
            return _is_number(left) and _is_number(right)
        case _:
            return False


def patches_our_code(file: Source) -> Iterator[str]:
    """Tests hand over what they want used; they never reach into our modules to swap it."""
    for line, name in file.imported():
        if name.startswith(("unittest.mock", "mock.", "pytest_mock")) or name == "mock":
            yield f"{line} imports {name}"
    for node in file.nodes:
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="monkeypatch"), attr=verb), args=[first, *_]):
                if verb in {"setattr", "delattr", "setitem", "delitem"} and _is_ours(file, first):
                    yield f"{node.lineno} patches {ast.unparse(first)}"
            case ast.Call(func=ast.Name(id="setattr"), args=[first, *_]) if _is_ours(file, first):
                yield f"{node.lineno} patches {ast.unparse(first)}"
            case ast.Assign(targets=targets):
                for target in targets:
                    if isinstance(target, ast.Attribute) and _is_ours(file, target):
                        yield f"{node.lineno} patches {ast.unparse(target)}"
            case _:
                pass


def _is_ours(file: Source, node: ast.expr) -> bool:
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str) and node.value.startswith("heliogram")
    return file.dotted(node).startswith("heliogram.")
