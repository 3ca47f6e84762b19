"""Odd SWC and Neurolucida files that are nonetheless right; see odd_files.py."""

from dataclasses import dataclass, field

import numpy as np

ROWS = """\
1 1 0 0 0 5 -1
2 3 0 5 0 1 1
3 3 0 20 0 1 2
4 3 10 30 0 0.5 3
5 3 -10 30 0 0.5 3
"""


@dataclass(frozen=True)
class Odd:
    """A file, and what is in it."""

    content: bytes
    cells: int = 1
    nodes: int = 5
    trees: int = 1
    types: set[int] = field(default_factory=lambda: {1, 3})


def swc(text, **expected):
    return Odd(text if isinstance(text, bytes) else text.encode(), **expected)


def each_row(change):
    return "".join(change(*row.split()) + "\n" for row in ROWS.splitlines())


SWC = {
    "vaa3d.swc": swc("#name test\n#comment\n##n,type,x,y,z,radius,parent\n" + ROWS),
    "vaa3d.eswc": swc(
        "#name undefined\n#comment terafly_annotations\n"
        "##n,type,x,y,z,radius,parent,seg_id,level,mode,timestamp,teraflyindex\n"
        + each_row(lambda *row: " ".join(row) + " 0 1 0 44075.3 1.5")
    ),
    "neutube.swc": swc(
        '#neuTube\n#METADATA {"version": 1.0}\n' + ROWS.replace("1 1 0", "1 0 0"), types={0, 3}
    ),
    "neutube_floats.swc": swc(each_row(lambda i, t, *row: " ".join((i, f"{t}.0", *row)))),
    "catmaid.swc": swc(
        each_row(
            lambda i, t, x, y, z, r, p: (
                f"{int(i) + 2000000} 0 {x} {y} {z} {r} {p if p == '-1' else int(p) + 2000000}"
            )
        ),
        types={0},
    ),
    "trees_toolbox.swc": swc(
        '# TREES toolbox tree - sample\n# written by an automatic procedure "swc_tree"\n'
        "#\n# inode R X Y Z D/2 idpar\n"
        + each_row(
            lambda i, t, x, y, z, r, p: (
                f"{i:>6}\t{t}\t{float(x):.8f}\t{float(y):.8f}\t{float(z):.8f}\t{float(r):.8f}\t{p}"
            )
        )
    ),
    "simple_neurite_tracer.swc": swc(
        '# Exported from "Path Manager" (SNT v4.2.1) on 2024-05-01\n'
        "# https://imagej.net/plugins/snt/\n#\n"
        "# Voxel separation (x,y,z): 1.0, 1.0, 1.0 (px)\n# Units: um\n"
        + each_row(lambda *row: " ".join(row) + " ")
        + "\n\n"
    ),
    "navis.swc": swc(
        "# SWC format file\n# based on specifications at http://www.neuronland.org\n"
        "# Created on 2024-01-01 using navis\n# PointNo Label X Y Z Radius Parent\n"
        "# Labels:\n# 0 = undefined, 1 = soma, 5 = fork point, 6 = end point\n"
        + ROWS.replace("3 3 0", "3 5 0").replace("4 3", "4 6"),
        types={1, 3, 5, 6},
    ),
    "l_measure.swc": swc(
        "# ORIGINAL_SOURCE NeuroLucida\n# CREATURE\n# REGION\n# FIELD/LAYER\n"
        "# SCALE 1.0 1.0 1.0\n" + each_row(lambda *row: "\t ".join(row))
    ),
    "matlab_floats.swc": swc(each_row(lambda *row: "\t".join(f"{float(v):.6f}" for v in row))),
    "numpy_savetxt.swc": swc(each_row(lambda *row: " ".join(f"{float(v):.18e}" for v in row))),
    "python_floats.swc": swc(each_row(lambda *row: " ".join(repr(float(v)) for v in row))),
    "comment_after_rows.swc": swc(each_row(lambda *row: " ".join(row) + "   # seg0 prox / seg9")),
    "spreadsheet.swc": swc(
        "id,type,x,y,z,radius,parent\r\n"
        + each_row(lambda *row: ",".join(row)).replace("\n", "\r\n")
    ),
    "european_spreadsheet.swc": swc(each_row(lambda *row: ";".join(row)).replace(".", ",")),
    "pandas_index.swc": swc("PointNo Label X Y Z Radius Parent\n" + ROWS),
    "mouselight.swc": swc(
        "# ORIGINAL_SOURCE Janelia Workstation Large Volume Viewer\n# OFFSET 74.5 18.3 36.1\n"
        "# COLOR 1.000000,0.000000,0.000000\n# NAME G-002\n" + ROWS
    ),
    "root_is_its_number_0.swc": swc(
        each_row(
            lambda i, t, x, y, z, r, p: (
                f"{int(i) - 1} {t} {x} {y} {z} {r} {-1 if p == '-1' else int(p) - 1}"
            )
        )
    ),
    "flywire_codex.swc": swc(
        each_row(
            lambda i, t, x, y, z, r, p: (
                f"{720575940600000000 + int(i)} 0 {float(x) * 1e3} "
                f"{float(y) * 1e3} {float(z) * 1e3} {float(r) * 1e3} "
                f"{p if p == '-1' else 720575940600000000 + int(p)}"
            )
        ),
        types={0},
    ),
    "children_first.swc": swc("".join(reversed(ROWS.splitlines(keepends=True)))),
    "byte_order_mark.swc": swc(b"\xef\xbb\xbf" + ROWS.encode()),
    "windows_notepad.swc": swc(("# µm\n" + ROWS).replace("\n", "\r\n").encode("utf-16")),
    "old_mac.swc": swc(ROWS.replace("\n", "\r")),
    "end_of_file_mark.swc": swc(ROWS.encode() + b"\x1a"),
    "form_feed.swc": swc("\f" + ROWS),
    "UPPER.SWC": swc(ROWS),
}

_ASC_HEAD = ";\tV3 text file written for MicroBrightField products.\n"
_ASC_BODY = '("CellBody"\n  (Color DarkGreen)\n  (CellBody)\n'
_OUTLINE = "".join(
    f"  ({5 * np.cos(a):8.2f} {5 * np.sin(a):8.2f} 0.00 0.15)  ;  1, {i}\n"
    for i, a in enumerate(np.linspace(0, 6, 12))
)
_TREE = """\
( (Color Red)
  (Dendrite)
  (Resolution 2.500000)
  (    0.00     5.00     0.00     2.00)  ; Root
  (    0.00    20.00     0.00     2.00)  ; 1, R
  (
    (   10.00    30.00     0.00     1.00)  ; 1, R-1
    {end}
  |
    (  -10.00    30.00     0.00     1.00)  ; 1, R-2
    {end}
  )  ;  End of split
)  ;  End of tree
"""


def asc(text, nodes=6, types=frozenset({3}), **expected):
    # a branch of another thickness than its parent has one node more
    return Odd(text.encode(), nodes=nodes, types=set(types), **expected)


ASC = {
    f"ends_{end.lower()}.asc": asc(_ASC_HEAD + _TREE.replace("{end}", end))
    for end in ("Normal", "Generated", "Incomplete", "High", "Low", "Midpoint", "Origin", "")
}
_PLAIN = _TREE.replace("{end}", "Normal")
ASC |= {
    "crlf.asc": asc((_ASC_HEAD + _PLAIN).replace("\n", "\r\n")),
    "outline.asc": asc(_ASC_HEAD + _ASC_BODY + _OUTLINE + ")\n" + _PLAIN, nodes=None, types={1, 3}),
    "nested_outline.asc": asc(
        _ASC_HEAD + '("Cell 1" (Color Yellow) (CellBody) (FillDensity 0) (GUID "")\n'
        "  (MBFObjectType 5)\n" + _OUTLINE + "  (Closed)\n)\n" + _PLAIN,
        nodes=None,
        types={1, 3},
    ),
    "sections_table.asc": asc(
        _ASC_HEAD + '(Sections S1 "576985993_0003" 3 100 0\n S2 "576985993_0013" 103 100 0\n)\n'
        "(Thumbnail (Cols 4) (Rows 2)\n (00 00 00 00)\n (f4 f5 00 0a)\n)\n"
        '(ImageCoords Filename "C:\\\\data\\\\a (1).tif" Merge 65535 65535 65535 0\n'
        "  Coords 1.0 1.0 0 0 0 0)\n" + _PLAIN.replace("2.00)  ; 1, R\n", "2.00 S1)  ; 1, R\n")
    ),
    "spines.asc": asc(
        _ASC_HEAD
        + _PLAIN.replace(
            "  ; 1, R\n",
            "  ; 1, R\n  <(   1.0  12.0 0.0 0.2)>  ;  Spine\n"
            '  <( (Color Red) (Class 1 "mushroom") (Generated 0) (2.0 14.0 0.0 0.2))>\n',
        )
    ),
    "markers.asc": asc(
        _ASC_HEAD + '(FilledCircle (Color Blue) (Name "Marker 3") (1 2 3 0.5) (4 5 6 0.5))\n'
        '(Circle6\n (Color Magenta)\n (Name "dangling")\n (-1.37 -8.97 -10.92 0.50)\n)\n'
        + _PLAIN.replace(
            "    Normal", "    (OpenStar (Color RGB (255, 0, 0)) (3 4 5 0.1))\n    Normal", 1
        )
    ),
    "contours_of_tissue.asc": asc(
        _ASC_HEAD + '("Pia" (Color White) (Closed) (FillDensity 0)\n (0 100 0 0.1) (50 100 0 0.1)\n'
        ' (50 120 0 0.1)\n)\n("Layer IV" (Color Cyan) (0 0 0 0.1) (9 9 0 0.1))\n' + _PLAIN
    ),
    "three_numbers.asc": asc(_PLAIN.replace("     2.00)", ")").replace("     1.00)", ")"), nodes=4),
    "named_trees.asc": asc(
        _PLAIN.replace("( (Color Red)", '("Axon 2" (Color Red) (Name "x")').replace(
            "(Dendrite)", "(Axon)"
        ),
        types={2},
    ),
    "apical_and_empty_branch.asc": asc(
        _PLAIN.replace("(Dendrite)", "(Apical)").replace("|", "|\n    |"), types={4}
    ),
    "set_and_font.asc": asc(
        _PLAIN.replace(
            "(Resolution 2.500000)", '(Set "neurons (all)") (Font "Arial" 12) (Resolution 2.5)'
        )
    ),
    "latin1.asc": Odd(("; mesuré\n" + _PLAIN).encode("latin-1"), nodes=6, types={3}),
}
