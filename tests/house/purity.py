"""Rules on what code may touch: the clock, chance, SQL, a message's state, other modules' insides."""

import ast
from collections.abc import Iterator
from typing import TypeGuard

from tests.house.source import MIGRATIONS, Source

STORAGE = "src/heliogram/storage/"
DOORS_THAT_PRINT = ("src/heliogram/cli.py", "src/heliogram/commands/")

MAY_READ_THE_CLOCK = {
    "src/heliogram/clock.py": "the clock and the dice, which `app.py` and the doors hand to everyone else",
}
MAY_USE_A_STOPWATCH = {
    "src/heliogram/carriers/smpp.py": "the pace of segments is made of spans of time, in which it also sleeps",
    "src/heliogram/carriers/smpp_bind.py": "the session's deadlines are spans of time: the loop's monotonic clock, "
    "by which it also wakes up, cannot jump when somebody sets the wall clock",
    "src/heliogram/commands/follow.py": "how long a server may be away for a restart: a span of time, at a terminal",
}

_CLOCK = {
    "datetime.datetime.now",
    "datetime.datetime.utcnow",
    "datetime.datetime.today",
    "datetime.date.today",
    "time.time",
    "time.time_ns",
    "time.localtime",
    "time.gmtime",
    "os.urandom",
    "sqlalchemy.func.now",
    "sqlalchemy.func.current_timestamp",
    "sqlalchemy.func.random",
}
_STOPWATCH = {"time.monotonic", "time.monotonic_ns", "time.perf_counter", "time.perf_counter_ns"}
_CHANCE = {"random", "secrets", "uuid", "uuid_utils"}
_SQL_CLOCK = ("CURRENT_TIMESTAMP", "now()", "randomblob(")


def clock_or_chance(file: Source) -> Iterator[str]:
    """Time and chance are parameters: only `clock.py` opens them."""
    if file.path in MAY_READ_THE_CLOCK:
        return
    for line, name in file.imported():
        if name.partition(".")[0] in _CHANCE:
            yield f"{line} imports {name}"
    for node in file.nodes:
        if isinstance(node, ast.Attribute | ast.Name) and file.dotted(node) in _CLOCK:
            yield f"{node.lineno} uses {file.dotted(node)}"
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and _is_sql_clock(node.value):
            yield f"{node.lineno} asks the database for the time or for chance"


def _is_sql_clock(text: str) -> bool:
    # A sentence about it is not a statement.
    return len(text) < 200 and any(word in text for word in _SQL_CLOCK)


def stopwatches(file: Source) -> Iterator[str]:
    """Spans of time are measured where the list says, and nowhere else."""
    if file.path in MAY_USE_A_STOPWATCH:
        return
    for node in file.nodes:
        if isinstance(node, ast.Attribute | ast.Name) and file.dotted(node) in _STOPWATCH:
            yield f"{node.lineno} uses {file.dotted(node)}"
        elif _asks_a_loop(file, node):
            yield f"{node.lineno} asks a loop for its time"


def _asks_a_loop(file: Source, node: ast.AST) -> TypeGuard[ast.Call]:
    match node:
        case ast.Call(func=ast.Attribute(attr="time") as called, args=[]):
            return file.dotted(called) not in _CLOCK
        case _:
            return False


def sql_outside_storage(file: Source) -> Iterator[str]:
    """Beside `storage`, of SQLAlchemy only the type of a connection is known, and of `storage` no table."""
    if file.path.startswith(STORAGE):
        return
    for line, name in file.imported():
        root = name.partition(".")[0]
        if root in {"sqlite3", "aiosqlite", "psycopg", "alembic"}:
            yield f"{line} imports the driver {name}"
        elif root == "sqlalchemy" and name != "sqlalchemy.ext.asyncio.AsyncConnection":
            yield f"{line} imports {name}"
        elif name.startswith(_INSIDES) and name != "heliogram.storage.bulk.Row":
            yield f"{line} reaches into storage: {name}"
    for node in file.nodes:
        if isinstance(node, ast.Attribute) and node.attr in _RUN and "connection" in file.dotted(node):
            yield f"{node.lineno} runs a statement"


_INSIDES = ("heliogram.storage.tables", "heliogram.storage.bulk")
_RUN = {"exec_driver_sql", "execute", "scalar", "scalars"}
_STATES = {"State", "CampaignState", "LaneState", "Subscription", "Approval", "News"}
_VERDICTS = {"Allowed", "Held", "Denied", "Accepted", "Refused", "Unknown", "Partly"}
_ASKED = {"state", "status", "verdict", "read_as"}

MAY_BRANCH_ON_A_STATE = {
    (f"{STORAGE}history.py", "message_page"): "asks what the reader wants to see, not what a message is: "
    "`queued` is the state of messages that have no row yet",
}


def branches_in_storage(file: Source) -> Iterator[str]:
    """Storage keeps states and decides nothing by them."""
    if not file.path.startswith(STORAGE) or file.path.startswith(MIGRATIONS):
        return
    for function in file.functions():
        if (file.path, function.name) in MAY_BRANCH_ON_A_STATE:
            continue
        for test in _tests_in(function):
            if word := next((name for node in ast.walk(test) if (name := _state_word(node))), ""):
                yield f"{test.lineno} {function.name} branches on {word}"


def _tests_in(function: ast.AST) -> Iterator[ast.expr]:
    for node in ast.walk(function):
        match node:
            case ast.If() | ast.While() | ast.IfExp() | ast.Assert():
                yield node.test
            case ast.comprehension():
                yield from node.ifs
            case ast.Match():
                yield node.subject
            case _:
                pass


def _state_word(node: ast.AST) -> str:
    match node:
        case ast.Name(id=name) if name in _STATES | _VERDICTS:
            return name
        case ast.Attribute(attr=name) if name in _ASKED:
            return name
        case ast.Subscript(slice=ast.Constant(value=str(name))) if name in _ASKED:
            return name
        case _:
            return ""


def loads_by_name(file: Source) -> Iterator[str]:
    """Nothing is imported or run behind the import linter's back. `importlib.resources` reads files, not code."""
    for line, name in file.imported():
        if name.partition(".")[0] in {"importlib", "imp", "runpy", "pkgutil"} and name != "importlib.resources.files":
            yield f"{line} imports {name}"
    for node in file.nodes:
        if isinstance(node, ast.Call) and file.dotted(node.func) in {"__import__", "exec", "eval", "compile"}:
            yield f"{node.lineno} calls {file.dotted(node.func)}"
        elif isinstance(node, ast.Attribute) and file.dotted(node) == "sys.modules":
            yield f"{node.lineno} uses sys.modules"


def pickles(file: Source) -> Iterator[str]:
    """What is stored or sent is data, never objects that run when they are read."""
    for line, name in file.imported():
        if name.partition(".")[0] in {"pickle", "marshal", "shelve", "dill", "cloudpickle", "jsonpickle"}:
            yield f"{line} imports {name}"


def prints(file: Source) -> Iterator[str]:
    """Only the command line speaks to a terminal."""
    if file.path.startswith(DOORS_THAT_PRINT):
        return
    for node in file.nodes:
        if isinstance(node, ast.Call) and file.dotted(node.func) == "print":
            yield f"{node.lineno} prints"
