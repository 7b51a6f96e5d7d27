"""The house style that a machine can check; CONTRIBUTING.md says why each rule exists."""

import ast
import re
import tokenize
from collections.abc import Iterator

from tests.architecture.project_files import ROOT, python_files, text_of, tree_of

HANDWRITTEN = ("generator", "overlays")
LONGEST_FILE = 300
LONGEST_FUNCTION = 40

# name -> the reason why one room is larger than the rule. Empty is how it should be.
EXEMPT_FILES: dict[str, str] = {}
EXEMPT_FUNCTIONS: dict[str, str] = {}

VAGUE_NAMES = {"utils", "util", "helpers", "helper", "common", "manager", "mixin", "mixins", "misc"}

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


def functions(name: str) -> Iterator[tuple[str, FunctionNode]]:
    """Every function of a file with its dotted place in it."""

    def walk(node: ast.AST, prefix: str) -> Iterator[tuple[str, FunctionNode]]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, FunctionNode):
                yield f"{prefix}{child.name}", child
            if isinstance(child, FunctionNode | ast.ClassDef):
                yield from walk(child, f"{prefix}{child.name}.")
            else:
                yield from walk(child, prefix)

    yield from walk(tree_of(name), "")


def body_length(function: FunctionNode) -> int:
    """The lines of a function without its signature and docstring: what has to be understood at once."""
    statements = function.body[1:] if ast.get_docstring(function) else function.body
    if not statements:
        return 0
    return (function.end_lineno or 0) - statements[0].lineno + 1


def test_a_handwritten_file_fits_in_300_lines() -> None:
    too_long = {name: text_of(name).count("\n") for name in python_files(*HANDWRITTEN)}
    too_long = {name: lines for name, lines in too_long.items() if lines > LONGEST_FILE}

    assert {name: lines for name, lines in too_long.items() if name not in EXEMPT_FILES} == {}
    assert sorted(EXEMPT_FILES) == sorted(set(EXEMPT_FILES) & too_long.keys()), "an exemption is no longer needed"


def test_a_handwritten_function_fits_in_40_lines() -> None:
    too_long = {
        f"{name}:{place}": body_length(function)
        for name in python_files(*HANDWRITTEN)
        for place, function in functions(name)
        if body_length(function) > LONGEST_FUNCTION
    }

    assert {place: lines for place, lines in too_long.items() if place not in EXEMPT_FUNCTIONS} == {}
    assert sorted(EXEMPT_FUNCTIONS) == sorted(set(EXEMPT_FUNCTIONS) & too_long.keys()), (
        "an exemption is no longer needed"
    )


def test_no_module_class_or_function_has_a_name_that_says_nothing() -> None:
    vague = []
    for name in python_files(*HANDWRITTEN, "tests"):
        words = {*re.split(r"[/_.]", name)}
        for node in ast.walk(tree_of(name)):
            if isinstance(node, ast.ClassDef):
                words |= {word.lower() for word in re.findall(r"[A-Z][a-z]+", node.name)}
        if words & VAGUE_NAMES:
            vague.append(f"{name}: {sorted(words & VAGUE_NAMES)}")

    assert vague == []


def test_no_public_function_that_people_call_swallows_unknown_keywords() -> None:
    swallowing = [
        f"{name}:{function.lineno} {place}"
        for name in python_files("overlays", "generated")
        if name.startswith(("overlays/aihub_sdk/", "generated/aihub_api/"))
        for place, function in functions(name)
        if function.args.kwarg and not any(part.startswith("_") for part in place.split("."))
    ]

    assert swallowing == []


def test_every_suppression_says_why_on_its_line() -> None:
    """`# noqa: X  # the reason`, and the same for type: ignore, pragma and fmt."""
    marker = re.compile(r"#\s*(?:noqa|type:\s*ignore|pragma:|fmt:\s*(?:off|skip))")
    rules = r"noqa:\s*[A-Z]+[0-9]+(?:,\s*[A-Z]+[0-9]+)*|type:\s*ignore\[[\w, -]+\]|pragma: no cover|fmt:\s*\w+"
    reasoned = re.compile(rf"#\s*(?:{rules})\s*(?:#|-|:|,|\u2014)+\s*\S.*\w")
    silent = [
        f"{name}:{token.start[0]}: {token.string}"
        for name in python_files(*HANDWRITTEN, "generated", "tests", "docs")
        if marker.search(text_of(name))  # taking a file apart costs a hundred times as much
        for token in comments(name)
        if marker.search(token.string) and not reasoned.search(token.string)
    ]

    assert silent == []


def comments(name: str) -> Iterator[tokenize.TokenInfo]:
    with (ROOT / name).open("rb") as stream:
        yield from (token for token in tokenize.tokenize(stream.readline) if token.type == tokenize.COMMENT)


def test_every_skipped_test_says_why() -> None:
    silent = []
    for name in python_files("tests"):
        for node in ast.walk(tree_of(name)):
            if isinstance(node, ast.Attribute) and node.attr in {"skip", "skipif", "xfail"}:
                call = next((c for c in ast.walk(tree_of(name)) if isinstance(c, ast.Call) and c.func is node), None)
                decorated = ast.unparse(node).startswith("pytest.mark.")
                if call is None or (decorated and not any(k.arg == "reason" for k in call.keywords)):
                    silent.append(f"{name}:{node.lineno}: {ast.unparse(node)}")

    assert silent == []
