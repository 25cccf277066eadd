"""The command line: everything the window does, without it.

Exit status 0; 1 with problems on stderr; 2 for bad usage. No traceback reaches a user.
"""

from __future__ import annotations

import argparse
import difflib
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

from graph.compile import Compiled, compile_document
from graph.core.errors import DataFile, FileError, NeurowireError
from graph.core.plain_text import plain
from graph.edit.document import Document
from graph.format import templates
from graph.model.settings import LIMITS
from graph.problems.problem import CompileError, Problem
from runtime.cli import list_commands, new_command, open_board
from runtime.cli.open_board import BadUsage
from runtime.data.search import VARIABLE
from runtime.exported.arguments import LARGEST, whole
from runtime.store import paths, program
from runtime.worker import board_facts

Window = Callable[[str | None], int]
Render = Callable[[str, str, tuple[int, int] | None], int]

ABOUT = "Wire neural networks, train them, watch them learn, keep the PyTorch source."


def main(arguments: Sequence[str], *, window: Window, render: Render) -> int:
    """Carry out a command line.

    Args:
        arguments: The words after the program's name.
        window: Opens the window with a file, or without one.
        render: Draws the window with a file into a picture of a size.

    Returns:
        The exit status.
    """
    options = parse(arguments, window, render)
    if options.data_dir:
        known = os.environ.get(VARIABLE, "")
        os.environ[VARIABLE] = os.pathsep.join(filter(None, (options.data_dir, known)))
    try:
        status: int = options.act(options)
    except BadUsage as error:
        print(plain(error), file=sys.stderr)
        return 2
    except CompileError as error:
        tell_problems(error.problems)
        return 1
    except BrokenPipeError:  # whoever read the output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        return 130
    except DataFile as error:
        print(plain(f"{error}. {open_board.how_to_begin(error.path)}"), file=sys.stderr)
        return 1
    except (NeurowireError, OSError, ValueError) as error:
        print(plain(error), file=sys.stderr)
        return 1
    except Exception as error:
        if os.environ.get("NEUROWIRE_DEBUG"):
            traceback.print_exc()
        name = type(error).__name__
        print(f"This should not have happened ({name}: {plain(error)}).", file=sys.stderr)
        print("NEUROWIRE_DEBUG=1 shows where; please report it with the board.", file=sys.stderr)
        return 1
    return status


def parse(arguments: Sequence[str], window: Window, render: Render) -> argparse.Namespace:
    """Read the words; leaves with status 2 and a hint where they have no meaning."""
    parser = Parser(prog=program.PROG, description=ABOUT, formatter_class=Help, epilog=EPILOG)
    parser.set_defaults(act=lambda options: window(None), data_dir=None)
    about = f"Neurowire {program.version()}"
    parser.add_argument("-V", "--version", action="version", version=about)
    commands = parser.add_subparsers(metavar="COMMAND", parser_class=Parser)

    def command(name: str, act: Callable[[argparse.Namespace], int], about: str) -> Parser:
        made: Parser = commands.add_parser(name, help=about, description=about)
        made.set_defaults(act=act)
        where = named if name == "data" else folder  # `data get` makes it
        about = "where data sets are looked for first"
        made.add_argument("--data-dir", type=where, metavar="DIR", help=about)
        return made

    command("templates", list_commands.templates, "list the templates")

    new = command("new", new_command.new_file, "make a board from a template or of your data")
    new.add_argument("source", type=named, metavar="FROM", help=FROM)
    new.add_argument("file", type=named, nargs="?", metavar="BOARD", help=BOARD)
    new.add_argument("--target", type=named, metavar="COLUMN", help="the column to predict")
    new.add_argument("--set", action="append", default=[], metavar="NODE.PARAM=VALUE", help=SET)

    check = command("check", list_commands.check, "tell problems and inferred shapes")
    board(check)
    as_json(check)

    training = command("train", train, "train a board in the terminal")
    board(training)
    for name, about in COUNTS.items():
        training.add_argument(f"--{name}", type=count_of(name), metavar="N", help=about)
    training.add_argument("--device", choices=("auto", "cpu", "cuda", "mps", "xpu"))
    training.add_argument(
        "--set", action="append", default=[], metavar="NODE.PARAM=VALUE", help=SET
    )
    training.add_argument("--resume", action="store_true", help="go on with the last run of it")
    training.add_argument("--out", type=named, metavar="DIR", help="the run's folder")
    as_json(training)

    export = command("export", export_board, "write the PyTorch project")
    board(export)
    export.add_argument("folder", type=named, metavar="DIR")
    export.add_argument("--weights", action="store_true", help=WEIGHTS)
    export.add_argument("--force", action="store_true", help="replace files edited by hand, too")

    data = command("data", list_commands.data, "list data sets; `data get NAME` downloads one")
    data.add_argument("get", nargs="?", choices=("get",))
    data.add_argument("name", nargs="?", metavar="NAME")
    as_json(data)

    picture = command("render", lambda o: render(o.file, o.png, o.size), "draw the window")
    board(picture)
    picture.add_argument(
        "png", type=named, metavar="PNG", help="the picture; its ending says which kind"
    )
    picture.add_argument("--size", type=size_of, metavar="WxH", help="in pixels")

    trained = command("runs", list_commands.runs, "list what was trained, with its best figures")
    trained.add_argument("--rebuild", action="store_true", help=REBUILD)
    as_json(trained)

    opening = Parser(prog=program.PROG, description=ABOUT)
    opening.add_argument("file", nargs="?", type=named, metavar="FILE")
    opening.add_argument("--data-dir", type=folder, metavar="DIR")
    opening.set_defaults(act=lambda options: window(options.file))
    opening.epilog = f"FILE is a board or a template; commands are {', '.join(commands.choices)}"

    words = [word for word in arguments if not word.startswith("-")]
    helps = any(word in ("-h", "--help") for word in arguments)
    if arguments[:1] and arguments[0] in commands.choices:
        return parser.parse_args(arguments)
    if not words and (helps or {"-V", "--version"} & {*arguments}):
        return parser.parse_args(["--help" if helps else "--version"])
    found = opening.parse_args(arguments)
    if found.file and not os.path.exists(Path(found.file)) and found.file not in templates.names():
        near = difflib.get_close_matches(found.file, [*commands.choices, *templates.names()])
        meant = f" Did you mean {' or '.join(near)}?" if near else ""
        opening.error(f"{found.file}: there is no such file, template or command.{meant}")
    return found


def train(options: argparse.Namespace) -> int:
    """Train a board in the terminal."""
    from runtime.cli import train_command  # noqa: PLC0415 - loads torch

    if lost := paths.secure(["data"]):
        print(f"{lost} {paths.ADVICE}", file=sys.stderr)
    document = opened(options.file)
    open_board.set_params(document, options.set)
    project = compiled(document, options.data_dir, with_data=True, batch_size=options.batch_size)
    return train_command.train(document, project, options)


def export_board(options: argparse.Namespace) -> int:
    """Write the PyTorch project, with recorded losses for its self-check."""
    from runtime.client import export  # noqa: PLC0415 - loads the compiler

    document = opened(options.file)
    project = compiled(document, options.data_dir)
    folder = Path(options.folder)
    if options.weights and export.trained(project) is None:
        export.write_weights(project, folder)  # says that there are none, before anything is done
    try:
        record = export.recorded(project)
        if record:
            export.write_project(project, folder, record, replace_edited=options.force)
        else:
            from runtime.cli import train_command  # noqa: PLC0415 - loads torch

            if not options.force:
                export.check_edited(project, folder)
            with train_command.first_losses(document, project, options.data_dir) as (
                record,
                problem,
            ):
                export.write_project(project, folder, record, replace_edited=options.force)
                if problem:
                    print(f"No losses for --verify: {problem}", file=sys.stderr)
    except export.Edited as error:
        raise FileError(
            f"{error} Export into another folder, or replace these files with --force."
        ) from error
    if options.weights:
        export.write_weights(project, folder)
    print(plain(folder))
    return 0


def opened(name: str) -> Document:
    """The document of a file or template; what was wrong with the file is told."""
    document, problems = open_board.open_board(name)
    tell_problems(problems)
    return document


def compiled(
    document: Document,
    data_dir: str | None,
    *,
    with_data: bool = False,
    batch_size: int | None = None,
) -> Compiled:
    """A document's project; what is hardly meant on its board is told.

    Args:
        document: What to compile.
        data_dir: Where data sets are looked for first.
        with_data: Must its data be on this computer?
        batch_size: Examples a step, if it isn't trained with the board's own.

    Raises:
        CompileError: If it has problems.
    """
    inference, problems = board_facts.learn(document, data_dir, batch_size)
    needed = board_facts.unread(inference)  # its sizes are what the source is written with
    problems = [
        one for one in problems if with_data or one.severity == "error" or one.node in needed
    ]
    if problems:
        raise CompileError(problems)
    project = compile_document(document, inference=inference)
    for one in inference.problems:
        print(f"{one.severity}: {one}", file=sys.stderr)
    return project


def tell_problems(problems: Sequence[Problem]) -> None:
    """Print problems for people."""
    for problem in problems:
        print(problem, file=sys.stderr)


class Help(argparse.RawDescriptionHelpFormatter):
    """Help whose lines stay as they were written, with room for the longest command."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=20)


class Parser(argparse.ArgumentParser):
    """Says what is wrong with the words and how to see the right ones."""

    def error(self, message: str) -> NoReturn:
        """Leave with status 2."""
        print(f"{message}\n{self.format_usage().strip()}", file=sys.stderr)
        sys.exit(2)


EPILOG = f"""\
{program.PROG} [FILE] opens the window. FILE may be a template's name, or data of your own.
{program.PROG} new DATA makes a board of a table or a folder of pictures: train, check and export
take that.
--data-dir DIR, or {VARIABLE}, says where data sets are looked for first."""

FROM = """a template's name; or data: a table (CSV, Excel, Parquet, JSON lines), a folder of
pictures, or a table that names pictures"""

BOARD = "the file to make; named after FROM, in this folder, if it is left out"

SET = """change a parameter, such as adam.lr=0.01; where several nodes have the name, NODE is
NETWORK.NODE, or board.NODE for the one in no network: generator.linear.units=77"""

WEIGHTS = """with weights.safetensors, what the last run of these networks learned: train.py --from
and sample.py read it"""

REBUILD = """make the records of runs anew from the runs' folders, where they are damaged; the old
file is kept aside"""

LONGEST = 16383
"""Pixels a side of a picture: no more go into a WebP; Qt draws none of twice that."""

COUNTS = {
    "epochs": "passes over the training data",
    "steps": "stop after this step",
    "batch-size": "examples a step",
    "seed": "decides split, order, weights and noise",
    "threads": "CPU threads; 0 measures and chooses",
    "validate-every": "steps between two validations; 0: each epoch, and within long ones",
}


def board(parser: argparse.ArgumentParser) -> None:
    """Add the argument FILE."""
    about = "a .neurowire file, or a template's name"
    parser.add_argument("file", type=named, metavar="FILE", help=about)


def as_json(parser: argparse.ArgumentParser) -> None:
    """Add the option --json."""
    parser.add_argument("--json", action="store_true", help="one JSON object a line")


def count_of(name: str) -> Callable[[str], int]:
    """Reads a whole number within the limits of what it is for."""
    return whole(*LIMITS.get(name.replace("-", "_"), (1, LARGEST)))


def named(text: str) -> str:
    """Reads a name: a variable that a script did not set is none, nor is it the folder here."""
    if not text:
        raise argparse.ArgumentTypeError("expected a name, got an empty one")
    return text


def folder(text: str) -> str:
    """Reads the name of a folder that is there: in one that was mistyped nothing is found."""
    if not os.path.isdir(text):
        raise argparse.ArgumentTypeError(f"expected a folder that is there, got {text!r}")
    return text


def size_of(text: str) -> tuple[int, int]:
    """Reads a size such as 1680x1020."""
    width, _, height = text.lower().partition("x")
    if not (width.isdecimal() and height.isdecimal() and int(width) and int(height)):
        raise argparse.ArgumentTypeError(f"expected WIDTHxHEIGHT such as 1680x1020, got {text!r}")
    if max(int(width), int(height)) > LONGEST:
        raise argparse.ArgumentTypeError(f"expected at most {LONGEST} pixels a side, got {text!r}")
    return int(width), int(height)
