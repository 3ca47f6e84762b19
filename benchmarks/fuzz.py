"""Damages skeleton files at random for as long as you like, and looks for anything but our error.

    nice -n 19 python benchmarks/fuzz.py MINUTES [SEED] [FOLDER]

Starts from one small file of each format (tests/format_files.py), the odd files of every dialect
(tests/odd_files.py), and the files of FOLDER that are smaller than 20 kB. Bytes are changed, cut,
doubled, swapped for what a format may stumble over, and spliced from one file into another; one in
ten is compressed or put into an archive. Each must give cells or an error of ours, in time: a file
that takes more than ten seconds of CPU or a minute in all, an exception of another kind, or a
warning of ours is a find. Finds are kept in the current folder, with what was raised. What is read
is also checked, cut into sections, written as SWC and read again.

Everything happens in a child process, which is restarted when it dies or hangs; that is a find too.
"""

import gzip
import io
import json
import multiprocessing
import random
import sys
import tempfile
import time
import traceback
import warnings
import zipfile
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

TOKENS = [
    *(b"NaN", b"-1", b"0", b"1e308", b"-1e-308", b"inf", b"9223372036854775808", b"2.5", b"\0"),
    *(b"\xff", b"\xef\xbb\xbf", b"\r", b"\n", b"#", b'"', b"'", b"(", b")", b"<", b">", b"|", b","),
    *(b"{", b"}", b"[", b"]", b"&lt;", b"<!--", b"-->", b"<![CDATA[", b"for i=0,99", b"0x1F"),
    *(b"\x80\x00\x00\x00", b"\xff\xff\xff\xff", b"\x00\x00\x00\x00", b" ", b"\t", b"_", b"1_0"),
]
TOO_LONG = 10.0


def seeds(folder: Path | None) -> dict[str, bytes]:
    """Return whole files by name."""
    from format_files import FILES, precomputed
    from odd_files import ODD_FILES

    files = {name: whole.encode() if isinstance(whole, str) else whole
             for name, whole in FILES.items()}  # fmt: skip
    files["123"] = precomputed()
    files |= {name: odd.content for name, odd in ODD_FILES.items()}
    from napari_neuron.morphology.read import is_skeleton_name

    for path in sorted(folder.rglob("*")) if folder is not None else ():
        if path.is_file() and is_skeleton_name(path.name) and 0 < path.stat().st_size < 20_000:
            files[f"{len(files)}_{path.name}"] = path.read_bytes()
    return files


def damaged(chance: random.Random, files: dict[str, bytes], name: str) -> tuple[str, bytes]:
    data = bytearray(files[name])
    for _ in range(chance.choice([1, 1, 1, 2, 4, 10, 40])):
        at = chance.randrange(len(data) + 1)
        size = chance.choice([1, 1, 2, 4, 8, 30, 200])
        kind = chance.random()
        if kind < 0.3 and at < len(data):
            data[at] = chance.randrange(256)
        elif kind < 0.4 and at < len(data):
            data[at] ^= 1 << chance.randrange(8)
        elif kind < 0.55:
            del data[at : at + size]
        elif kind < 0.7:
            data[at:at] = bytes(data[at : at + size]) * chance.choice([1, 1, 2, 50])
        elif kind < 0.9:
            data[at : at + chance.choice([0, 1, len(TOKENS[0])])] = chance.choice(TOKENS)
        else:
            other = files[chance.choice(list(files))]
            begin = chance.randrange(len(other))
            data[at:at] = other[begin : begin + size]
    content = bytes(data)
    if chance.random() < 0.05:
        return f"{name}.gz" if "." in name else name, gzip.compress(content, 1)
    if chance.random() < 0.05 and "." in name:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(name, content)
        packed = bytearray(buffer.getvalue())
        if chance.random() < 0.7:
            packed[chance.randrange(len(packed))] = chance.randrange(256)
        return "a.zip", bytes(packed)
    return name, content


def use(path: Path) -> str:
    """Read a file, and do with its cells what is done with any."""
    from napari_neuron import MorphologyError, check, read_morphologies
    from napari_neuron.morphology import find_sections, read_swc

    try:
        cells = read_morphologies(path)
    except MorphologyError:
        return "refused"
    for cell in cells[:5]:
        check(cell)
        try:
            area = find_sections(cell).area
        except MorphologyError:
            continue
        assert np.isfinite(area).all(), "area"
        cell.save(path.with_name("again.swc"))
        again = read_swc(path.with_name("again.swc"))
        assert np.array_equal(again.node_id, cell.node_id), "ids"
        assert np.array_equal(again.parent, cell.parent), "parents"
        assert np.array_equal(again.position, cell.position), "positions"
        assert np.array_equal(again.radius, cell.radius), "radii"
    return "read"


def work(jobs: multiprocessing.Queue, answers: multiprocessing.Queue) -> None:
    warnings.filterwarnings("error", module="napari_neuron")
    while True:
        path = jobs.get()
        start = time.process_time()
        try:
            answers.put((use(path), time.process_time() - start))
        except BaseException:
            answers.put((traceback.format_exc(), time.process_time() - start))


def main(minutes: float, seed: int, folder: Path | None) -> int:
    from format_files import INFO

    files = seeds(folder)
    context = multiprocessing.get_context("spawn")
    child, finds, counts, slowest = None, 0, {"read": 0, "refused": 0}, 0.0
    end = time.monotonic() + 60 * minutes
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as place:
        (Path(place) / "info").write_text(json.dumps(INFO))
        while time.monotonic() < end:
            if child is None or not child.is_alive():
                jobs, answers = context.Queue(), context.Queue()
                child = context.Process(target=work, args=(jobs, answers), daemon=True)
                child.start()
            name, content = damaged(chance, files, chance.choice(list(files)))
            path = Path(place) / name
            path.write_bytes(content)
            jobs.put(path)
            problem, took = "", 0.0
            until = time.monotonic() + 60
            while True:
                try:
                    problem, took = answers.get(timeout=0.5)
                    break
                except Exception:
                    if not child.is_alive():
                        problem = f"the process died: {child.exitcode}"
                        break
                    if time.monotonic() > until:
                        problem = "hangs"
                        child.kill()
                        child.join()
                        break
            path.unlink()
            slowest = max(slowest, took)
            if problem in counts and took < TOO_LONG:
                counts[problem] += 1
                continue
            finds += 1
            Path(f"find{finds}_{name}").write_bytes(content)
            Path(f"find{finds}_{name}.txt").write_text(f"{took:.1f} s\n{problem}")
    if child is not None:
        child.kill()
    n = sum(counts.values())
    print(f"{n:,} files ({counts['read']:,} read, {counts['refused']:,} refused) of seed {seed}, "
          f"from {len(files)} whole ones; slowest {slowest:.2f} s; {finds} finds")  # fmt: skip
    return finds


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    given = [*sys.argv[1:], "0"][:2]
    sys.exit(main(float(given[0]), int(given[1]), Path(sys.argv[3]) if len(sys.argv) > 3 else None))
