"""Odd hoc files that are right: what different programs write for the same cell."""

from odd_swc_asc import Odd

_HOC = """\
dend[0] {{pt3dclear()
  pt3dadd(0, 5, 0, 2)
  pt3dadd(0, 20, 0, 2)
}}
dend[1] {{pt3dclear() pt3dadd(0, 20, 0, 1) pt3dadd(10, 30, 0, 1)}}
dend[2] {{pt3dclear() pt3dadd(0, 20, 0, 1) pt3dadd(-10, 30, 0, 1)}}
"""
_HOC_SOMA = "soma {{pt3dclear() pt3dadd(0, -5, 0, 10) pt3dadd(0, 5, 0, 10)}}\n"


def hoc(text, nodes=8, **expected):
    return Odd(text.encode(), nodes=nodes, **expected)


_SHAPE = (_HOC_SOMA + _HOC).replace("{{", "{").replace("}}", "}")
_TOPOLOGY = "connect dend[0](0), soma(1)\nfor i = 1, 2 connect dend[i](0), dend[0](1)\n"
HOC = {
    "cell_builder.hoc": hoc(
        "proc celldef() {\n  topol()\n  subsets()\n  geom()\n}\n\ncreate soma, dend[3]\n\n"
        "proc topol() { local i\n  " + _TOPOLOGY + "  basic_shape()\n}\n"
        "proc basic_shape() {\n  soma {pt3dclear() pt3dadd(0, 0, 0, 1) pt3dadd(15, 0, 0, 1)}\n}\n"
        "proc shape3d_1() {\n" + _SHAPE + "}\n"
        "objref all\nproc subsets() { local i\n  objref all\n  all = new SectionList()\n"
        "    soma all.append()\n    for i=0, 2 dend[i] all.append()\n}\n"
        "proc geom() {\n  forsec all {  }\n}\naccess soma\ncelldef()\n"
    ),
    "template.hoc": hoc(
        "begintemplate Cell\npublic soma, dend\ncreate soma[1], dend[1]\nobjref this\n"
        "proc init() {\n  create soma, dend[3]\n" + _TOPOLOGY + _SHAPE + "}\nendtemplate Cell\n"
    ),
    "neurolucida.hoc": hoc(
        "/* created by NLMORPH converter */\n{create soma}\n{create dend[3]}\n{access soma}\n"
        "{nseg = 1}\n"
        + _SHAPE
        + "".join(
            f"{{{line}}}\n"
            for line in (
                "connect dend[0](0), soma(1)",
                "connect dend[1](0), dend[0](1)",
                "connect dend[2](0), dend[0](1)",
            )
        )
    ),
    "crlf.hoc": hoc(("create soma, dend[3]\n" + _TOPOLOGY + _SHAPE).replace("\n", "\r\n")),
    "ntscable.hoc": hoc(
        '// *** ntscable output ***\nncells = 1\nstrdef s\ns = "soma {"\ncreate soma, dend[3]\n'
        "soma connect dend[0](0), 1\ndend[0] connect dend[1](0), 1\n"
        "dend[0] connect dend[2](0), 1\n" + _SHAPE.replace("pt3dclear()", "nseg=3 pt3dclear()")
    ),
    "continued_lines.hoc": hoc(
        "/* two\nlines */\ncreate soma, \\\n  dend[3]\n" + _TOPOLOGY + _SHAPE
    ),
    "named_counts.hoc": hoc(
        "ndend = 5\nndend = 3 // this many\nlast=2\ncreate soma[1], dend[ndend]\n"
        "connect dend[0](0), soma(1)\nfor i = 1, last connect dend[i](0), dend[0](1)\n" + _SHAPE
    ),
    "real_counts.hoc": hoc(
        "{create soma[1.]}\n{create dend[3.]}\n"
        + _TOPOLOGY.replace("[0]", "[0.]")
        + _SHAPE.replace("dend[1]", "dend[1.]")
    ),
    "points_below.hoc": hoc(
        "create soma, dend[3], dendrite\nproc geometry() { local i, j\n  soma {nseg = fscan()\n"
        "    for j = 1, fscan() { pt3dadd(fscan(), fscan(), fscan(), fscan()) }\n  }\n"
        "  soma connect dend[0](0), 1\n  for i = 0, 2 {\n    dend[i] {\n      pt3dclear()\n"
        "      for j = 1, fscan() {\n        pt3dadd(fscan(),fscan(),fscan(),fscan())\n      }\n"
        "    }\n  }\n  for i = 1, 2 {\n    dend[fscan()] connect dend[i](0), fscan()\n  }\n}\n"
        "geometry()\n\nSOMA, THEN NEURITES:\n  1 2\n 0 -5 0 10\n 0 5 0 10\n\n"
        " 2  0 5 0 2   0 20 0 2\n 2  0 20 0 1  10 30 0 1\n 2  0 20 0 1  -1e1 30 0 1\n\n"
        "CONNECTIONS:\n 0 1\n 0 1\n\nproc geometry() {\n}\n"
        "dend[2] connect dendrite(0), 1\n"
        "dendrite {pt3dadd(-10, 30, 0, 1) pt3dadd(-10, 31, 0, 1)}\n",
        nodes=10,
    ),
    "pt3dstyle_and_insert.hoc": hoc(
        "create soma, dend[3]\n"
        + _TOPOLOGY
        + _SHAPE.replace("pt3dclear()", "pt3dclear() pt3dstyle(1, 0, 0, 0)")
        + "forall { insert pas g_pas = 1e-4 e_pas = -70 }\n"
    ),
    "exponents_and_negative.hoc": hoc(
        "create soma, dend[3]\n" + _TOPOLOGY + _SHAPE.replace("-10, 30", "-1.0e+01, 3e1")
    ),
}
