"""The command line: ``napari-neuron demo | run | protocol | film | script | check``.

The exit status is 0 only on success; an error is one readable line on stderr.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from napari_neuron import __version__
from napari_neuron.errors import NapariNeuronError

AddParser = Callable[..., argparse.ArgumentParser]

_UNITS = {"cable_length": " µm", "membrane_area": " µm²", "extent": " µm"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit status."""
    options = _parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], int] = options.command
    try:
        return command(options)
    except KeyboardInterrupt:
        print("napari-neuron: stopped", file=sys.stderr)
        return 130
    except BrokenPipeError:  # the reader of our output has gone, as with `| head`
        sys.stderr.close()
        return 1
    except (NapariNeuronError, OSError, ImportError) as error:
        if options.debug:
            raise
        print(f"napari-neuron: {_in_one_line(error)}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    debug = argparse.ArgumentParser(add_help=False)
    debug.add_argument("--debug", action="store_true", help="show the traceback of an error")
    parser = argparse.ArgumentParser(
        prog="napari-neuron",
        description="Simulate a traced neuron with NEURON and watch the voltage spread over it.",
    )
    parser.add_argument("--version", action="version", version=f"napari-neuron {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    add_parser = partial(commands.add_parser, parents=[debug])
    for add_command in (_add_demo, _add_run, _add_protocol, _add_film, _add_script, _add_check):
        add_command(add_parser)
    return parser


def _add_demo(add_parser: AddParser) -> None:
    demo = add_parser("demo", help="open a fly neuron in napari and simulate it while you watch")
    demo.add_argument(
        "--output",
        type=Path,
        metavar="FOLDER",
        help="write screenshot.png and traces.png there and exit instead of staying open",
    )
    demo.set_defaults(command=_demo)


def _add_run(add_parser: AddParser) -> None:
    run = add_parser("run", help="run an experiment or a network without a window")
    run.add_argument("experiment", type=Path, metavar="EXPERIMENT.json")
    run.add_argument("-o", "--output", type=Path, required=True, metavar="RUN.h5")
    run.add_argument("--quiet", action="store_true", help="show no progress")
    run.add_argument(
        "--threads",
        type=int,
        metavar="N",
        help="number of threads (default: as many as speed up this model)",
    )
    run.add_argument(
        "--mpi", action="store_true", help="run as one rank of an MPI job, whatever launched it"
    )
    run.set_defaults(command=_run)


def _add_protocol(add_parser: AddParser) -> None:
    protocol = add_parser("protocol", help="measure a cell: f-I curve, input resistance ...")
    protocol.add_argument("experiment", type=Path, metavar="EXPERIMENT.json")
    protocol.add_argument("protocol", type=Path, metavar="PROTOCOL.json")
    protocol.add_argument("-o", "--output", type=Path, metavar="TABLE.csv", help="keep the table")
    protocol.add_argument("--processes", type=int, metavar="N", help="how many runs at once")
    protocol.add_argument("--json", action="store_true", help="print the values for a program")
    protocol.add_argument("--quiet", action="store_true", help="show no progress")
    protocol.set_defaults(command=_protocol)


def _add_film(add_parser: AddParser) -> None:
    film = add_parser("film", help="make a film of a stored run without a window")
    film.add_argument("result", type=Path, metavar="RUN.h5")
    film.add_argument(
        "-o", "--output", type=Path, required=True, metavar="FILM", help=".mp4, .gif, or a folder"
    )
    film.add_argument("--fps", type=float, default=25.0, help="pictures per second (25)")
    film.add_argument("--speed", type=float, metavar="MS", help="simulated ms per second of film")
    film.add_argument("--size", type=_size, default=(1280, 720), metavar="1280x720")
    film.add_argument(
        "--turn", type=float, default=0.0, metavar="DEGREES", help="how far the camera turns"
    )
    film.add_argument("--traces", action="store_true", help="draw the traces beside the cell")
    film.add_argument("--start", type=float, metavar="MS")
    film.add_argument("--stop", type=float, metavar="MS")
    film.add_argument("--quiet", action="store_true", help="show no progress")
    film.set_defaults(command=_film)


def _add_script(add_parser: AddParser) -> None:
    script = add_parser("script", help="a Python script that repeats a run")
    script.add_argument(
        "experiment", type=Path, metavar="FILE", help="an experiment (JSON) or a stored run (h5)"
    )
    script.add_argument("-o", "--output", type=Path, required=True, metavar="SCRIPT.py")
    script.add_argument("--mod", default="", metavar="FOLDER", help="where its MOD files lie")
    script.set_defaults(command=_script)


def _add_check(add_parser: AddParser) -> None:
    check = add_parser(
        "check", help="report what a skeleton file contains and what is wrong with it"
    )
    check.add_argument("file", type=Path, metavar="FILE")
    check.add_argument("--cell", metavar="NAME", help="the cell to check, if the file has several")
    check.add_argument("--units", help='the unit of the file: "um", "nm", "8 nm"')
    check.add_argument("--json", action="store_true", help="write JSON for programs")
    check.set_defaults(command=_check)


def _in_one_line(error: Exception) -> str:
    """Describe an error; for a file, which and why, without the error number."""
    if isinstance(error, OSError) and error.filename is not None and error.strerror:
        return f"{error.filename}: {error.strerror[0].lower()}{error.strerror[1:]}"
    return " ".join(str(error).split())


def _demo(options: argparse.Namespace) -> int:
    from napari_neuron.demo import run_demo

    run_demo(options.output)
    return 0


def _run(options: argparse.Namespace) -> int:
    from napari_neuron.run_command import run

    return run(options)


def _protocol(options: argparse.Namespace) -> int:
    from napari_neuron.protocol_command import run

    return run(options)


def _size(text: str) -> tuple[int, int]:
    try:
        width, height = map(int, text.split("x"))
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a size in pixels, such as 1280x720"
        ) from None
    return width, height


def _film(options: argparse.Namespace) -> int:
    from napari_neuron.result import SimulationResult
    from napari_neuron.run_command import show_progress
    from napari_neuron.view.films.filming import film

    result = SimulationResult.load(options.result)
    try:
        film(
            result,
            options.output,
            fps=options.fps,
            ms_per_second=options.speed,
            size=options.size,
            turn=options.turn,
            traces=options.traces,
            start=options.start,
            stop=options.stop,
            progress=None if options.quiet else show_progress,
        )
    finally:
        if not options.quiet and sys.stderr.isatty():
            print(file=sys.stderr)
    return 0


def _script(options: argparse.Namespace) -> int:
    """Write a script; of an experiment it reads the cells as `run` does, to be sure of them."""
    from napari_neuron.compile.cells import read_cells
    from napari_neuron.result import SimulationResult
    from napari_neuron.script import save_script
    from napari_neuron.spec import Experiment

    if options.experiment.suffix.lower() in (".h5", ".hdf5"):
        result = SimulationResult.load(options.experiment)
        cells, experiment = result.cells, result.experiment
    else:
        folder = options.experiment.parent.absolute()
        experiment = Experiment.load(options.experiment)
        found = [
            source.replace(path=source.path and str(folder / source.path))
            for source in experiment.cells
        ]
        experiment = experiment.replace(cells=found)
        cells = read_cells(experiment, folder)
    for path in save_script(cells, experiment, options.output, mod_folder=options.mod):
        print(path)
    return 0


def _check(options: argparse.Namespace) -> int:
    """Print what a skeleton holds and what is wrong with it; 1 only if it cannot be read."""
    from napari_neuron.morphology import check, describe, read_morphology

    morphology = read_morphology(options.file, units=options.units, name=options.cell)
    findings = check(morphology)
    summary = describe(morphology)
    if options.json:
        print(json.dumps({**summary, "findings": [f.as_dict() for f in findings]}, indent=2))
        return 0
    for name, value in summary.items():
        if value is not None and value not in ("", (), [], {}):
            print(f"{name.replace('_', ' ')}: {_in_words(value)}{_UNITS.get(name, '')}")
    print()
    for finding in findings:
        nodes = ", ".join(map(str, finding.nodes[:5])) + (" ..." if len(finding.nodes) > 5 else "")
        print(f"{finding.severity}: {finding.message}" + (f" (nodes {nodes})" if nodes else ""))
    if not findings:
        print("no problems found")
    return 0


def _in_words(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name}: {_in_words(inner)}" for name, inner in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(map(_in_words, value))
    return f"{value:.6g}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    sys.exit(main())
