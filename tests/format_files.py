"""Small files of each format, all of one Y-shaped cell where the format can say it.

Soma of radius 5 at the origin; dendrite from (0, 5, 0) over a branch point at (0, 20, 0) to
(10, 30, 0) and (-10, 30, 0).
"""

import io
import json
import struct

import h5py
import numpy as np

SWC = """\
1 1 0 0 0 5 -1
2 3 0 5 0 1 1
3 3 0 20 0 1 2
4 3 10 30 0 0.5 3
5 3 -10 30 0 0.5 3
"""
ASC = """\
; a test
(Sections)
("CellBody" (Color Red) (CellBody)
  (0 0 0 10)
)
( (Color RGB (255, 0, 0)) (Dendrite)
  (0 5 0 2)  ; Root
  (0 20 0 2 S1)
  <(1 1 1 1) (2 2 2 1)>
  (
    (Dot (Color White) (Name "a (b") (1 2 3 4))
    (10 30 0 1)
    Normal
  |
    (-10 30 0 1)
    Low
  )
)
"""
HOC = """\
// a test
create soma, dend[3]
connect dend[0](0), soma(0.5)
for i = 1, 2 connect dend[i](0), dend[0](1)
soma { pt3dclear() pt3dadd(-5, 0, 0, 10) pt3dadd(5, 0, 0, 10) }
dend[0] { pt3dadd(0, 5, 0, 2)  pt3dadd(0, 20, 0, 2) }
dend[1] {
  pt3dclear()
  pt3dadd(0, 20, 0, 2)
  pt3dadd(10, 30, 0, 1) /* a comment */
}
dend[2] { pt3dadd(0, 20, 0, 2) pt3dadd(-10, 30, 0, 1) }
"""
NEUROML = """\
<?xml version="1.0" encoding="UTF-8"?>
<neuroml xmlns="http://www.neuroml.org/schema/neuroml2" id="doc">
  <cell id="Y">
    <notes>a test</notes>
    <morphology id="m">
      <segment id="0" name="s"><proximal x="0" y="0" z="0" diameter="10"/>
        <distal x="0" y="0" z="0" diameter="10"/></segment>
      <segment id="7" name="a"><parent segment="0"/>
        <proximal x="0" y="5" z="0" diameter="2"/><distal x="0" y="20" z="0" diameter="2"/>
      </segment>
      <segment id="8" name="b"><parent segment="7"/>
        <distal x="10" y="30" z="0" diameter="1"/></segment>
      <segment id="9" name="c"><parent segment="7"/>
        <distal x="-10" y="30" z="0" diameter="1"/></segment>
      <segmentGroup id="soma_group"><member segment="0"/></segmentGroup>
      <segmentGroup id="branches"><member segment="8"/><member segment="9"/></segmentGroup>
      <segmentGroup id="x" neuroLexId="GO:0030425"><member segment="7"/>
        <include segmentGroup="branches"/></segmentGroup>
    </morphology>
  </cell>
</neuroml>
"""
KNOSSOS = """\
<?xml version="1.0" encoding="utf-8"?>
<things>
  <parameters>
    <experiment name="E"/><scale x="10" y="10" z="40"/>
    <offset x="0" y="0" z="0"/>
  </parameters>
  <thing id="1" name="Y">
    <nodes>
      <node id="11" radius="500" x="0" y="0" z="0"/>
      <node id="12" radius="100" x="0" y="500" z="0"/>
      <node id="13" radius="100" x="0" y="2000" z="0"/>
      <node id="14" radius="50" x="1000" y="3000" z="0"/>
      <node id="15" radius="50" x="-1000" y="3000" z="0"/>
    </nodes>
    <edges>
      <edge source="11" target="12"/><edge source="13" target="12"/>
      <edge source="13" target="14"/><edge source="13" target="15"/>
    </edges>
  </thing>
  <thing id="2" comment="Z"><nodes><node id="3" radius="1.5" x="1" y="1" z="1"/></nodes>
    <edges/></thing>
  <comments><comment node="11" content="soma"/></comments>
</things>
"""
INFO = {
    "@type": "neuroglancer_skeletons",
    "transform": [1000, 0, 0, 0, 0, 1000, 0, 0, 0, 0, 1000, 0],
    "vertex_attributes": [
        {"id": "radius", "data_type": "float32", "num_components": 1},
        {"id": "vertex_types", "data_type": "uint8", "num_components": 1},
    ],
}
XYZ = np.array([[0, 0, 0], [0, 5, 0], [0, 20, 0], [10, 30, 0], [-10, 30, 0]], dtype=float)
RADIUS = np.array([5, 1, 1, 0.5, 0.5])
PARENT = [-1, 0, 1, 2, 2]
TYPES = [1, 3, 3, 3, 3]


def precomputed() -> bytes:
    """Return the cell in neuroglancer's binary form, in µm before the transform of `INFO`."""
    edges = np.array([[1, 0], [1, 2], [3, 2], [2, 4]], dtype="<u4")
    return (
        struct.pack("<II", 5, 4)
        + XYZ.astype("<f4").tobytes()
        + edges.tobytes()
        + RADIUS.astype("<f4").tobytes()
        + np.array(TYPES, dtype="u1").tobytes()
    )


def h5(group: str | None = None) -> bytes:
    """Return the cell as MorphIO writes it; in a group, if one is named."""
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        place = file if group is None else file.create_group(group)
        points = [
            [0, 0, 0, 10],
            *[[0, 5, 0, 2], [0, 20, 0, 2]],
            *[[0, 20, 0, 2], [10, 30, 0, 1]],
            *[[0, 20, 0, 2], [-10, 30, 0, 1]],
        ]
        place["points"] = np.array(points, dtype=float)
        place["structure"] = np.array([[0, 1, -1], [1, 3, 0], [3, 3, 1], [5, 3, 1]])
    return buffer.getvalue()


def navis_json() -> str:
    """Return the cell as navis.write_json writes it."""
    columns = {
        "node_id": [1, 2, 3, 4, 5],
        "parent_id": [-1, 1, 2, 3, 3],
        "label": TYPES,
        "x": XYZ[:, 0].tolist(),
        "y": XYZ[:, 1].tolist(),
        "z": XYZ[:, 2].tolist(),
        "radius": RADIUS.tolist(),
    }
    nodes = {name: dict(enumerate(values)) for name, values in columns.items()}
    neuron = {"id": 7, "name": "Y", "_nodes": json.dumps(nodes), "swc_header": "# units: um"}
    return json.dumps([neuron])


FILES = {
    "cell.swc": SWC.encode(),
    "cell.asc": ASC.encode(),
    "cell.hoc": HOC.encode(),
    "cell.cell.nml": NEUROML.encode(),
    "knossos.nml": KNOSSOS.encode(),
    "cell.h5": h5(),
    "cell.json": navis_json().encode(),
}
