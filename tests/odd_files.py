"""Odd files that are nonetheless right, as the programs write them that people use.

Written after the formats' descriptions and what was reported as unreadable elsewhere. Each says how
many cells it holds and how many nodes and trees the first has, and what types are in it.
"""

import io
import json
import struct

import h5py
import numpy as np
from format_files import INFO, XYZ, precomputed
from odd_hoc import HOC
from odd_swc_asc import ASC, SWC, Odd


def neuroml(
    segments,
    groups="",
    head='<neuroml xmlns="http://www.neuroml.org/schema/neuroml2">',
    cell='<cell id="c"><morphology id="m">',
    tail="</morphology></cell></neuroml>",
    **expected,
):
    text = f'<?xml version="1.0"?>\n<!-- made by hand -->\n{head}{cell}{segments}{groups}{tail}'
    return Odd(text.encode(), **expected)


def point(kind, x, y, d):
    return f'<{kind} x="{x}" y="{y}" z="0" diameter="{d}"/>'


def segment(number, inside, more=""):
    return f'<segment id="{number}" name="s{number}"{more}>{inside}</segment>'


_SOMA = segment(0, point("proximal", 0, -5, 10) + point("distal", 0, 5, 10))
_REST = (
    segment(1, '<parent segment="0"/>' + point("proximal", 0, 5, 2) + point("distal", 0, 20, 2))
    + segment(2, '<parent segment="1"/>' + point("distal", 10, 30, 1))
    + segment(3, '<parent segment="1"/>' + point("distal", -10, 30, 1))
)
_GROUPS = (
    '<segmentGroup id="soma_group"><member segment="0"/></segmentGroup>'
    '<segmentGroup id="all"><include segmentGroup="soma_group"/></segmentGroup>'
    '<segmentGroup id="dend_1" neuroLexId="sao864921383"><property tag="numberInternalDivisions"'
    ' value="3"/><path><from segment="1"/><to segment="2"/></path></segmentGroup>'
    '<segmentGroup id="dendrite_group"><member segment="1"/><member segment="2"/>'
    '<member segment="3"/></segmentGroup>'
)
_V1 = (
    '<neuroml xmlns="http://morphml.org/neuroml/schema" xmlns:meta="http://morphml.org/metadata/'
    'schema" xmlns:mml="http://morphml.org/morphml/schema" lengthUnits="micrometer"><cells>'
)
_V1_SEGMENTS = (
    '<mml:segments><mml:segment id="0" name="soma" cable="0">'
    '<mml:proximal x="0" y="-5" z="0" diameter="10"/><mml:distal x="0" y="5" z="0" diameter="10"/>'
    '</mml:segment><mml:segment id="1" name="d0" parent="0" cable="1">'
    '<mml:proximal x="0" y="5" z="0" diameter="2"/><mml:distal x="0" y="20" z="0" diameter="2"/>'
    '</mml:segment><mml:segment id="2" name="d1" parent="1" cable="2">'
    '<mml:distal x="10" y="30" z="0" diameter="1"/></mml:segment>'
    '<mml:segment id="3" name="d2" parent="1" cable="3">'
    '<mml:distal x="-10" y="30" z="0" diameter="1"/></mml:segment></mml:segments>'
)
_V1_CABLES = (
    '<mml:cables><mml:cable id="0" name="S"><meta:group>all</meta:group>'
    "<meta:group>soma_group</meta:group></mml:cable>"
    '<mml:cable id="1" name="A" fractAlongParent="1.0"><meta:group>dendrite_group</meta:group>'
    '</mml:cable><mml:cable id="2" name="B"/><mml:cable id="3" name="C"/>'
    '<mml:cablegroup name="dendrite_group"><mml:cable id="2"/><mml:cable id="3"/></mml:cablegroup>'
    "</mml:cables>"
)
NEUROML = {
    "groups.cell.nml": neuroml(_SOMA + _REST, _GROUPS, nodes=6),
    "standalone_morphology.nml": neuroml(
        _SOMA + _REST,
        _GROUPS,
        cell='<cell id="c" morphology="m"/><morphology id="m">',
        tail="</morphology></neuroml>",
        nodes=6,
    ),
    "prefixed.nml": Odd(
        neuroml(_SOMA + _REST, _GROUPS)
        .content.replace(b"<", b"<n:")
        .replace(b"<n:/", b"</n:")
        .replace(b"<n:?", b"<?")
        .replace(b"<n:!", b"<!")
        .replace(b"xmlns=", b"xmlns:n="),
        nodes=6,
    ),
    "fraction_along.nml": neuroml(
        _SOMA + _REST.replace('<parent segment="0"/>', '<parent segment="0" fractionAlong="0.5"/>'),
        _GROUPS,
        nodes=7,
    ),
    "at_the_start_of_its_parent.nml": neuroml(
        _SOMA + _REST.replace('<parent segment="0"/>', '<parent segment="0" fractionAlong="0"/>'),
        _GROUPS,
        nodes=6,
    ),
    "point_soma_and_annotations.nml": neuroml(
        '<annotation><a:b xmlns:a="x"><a:segment id="9"/></a:b></annotation>'.replace(
            "a:segment", "a:thing"
        )
        + _SOMA.replace('y="-5"', 'y="0"').replace('y="5"', 'y="0"')
        + _REST,
        _GROUPS,
        nodes=5,
    ),
    "children_before_parents.nml": neuroml(_REST + _SOMA, _GROUPS, nodes=6),
    "version_1.xml": Odd(
        (
            _V1 + '<cell name="Y">' + _V1_SEGMENTS + _V1_CABLES + "</cell></cells></neuroml>"
        ).encode(),
        nodes=6,
    ),
    "version_1_two_cells.nml": Odd(
        (
            _V1
            + "".join(
                f'<cell name="{n}"><meta:notes>x</meta:notes>{_V1_SEGMENTS}{_V1_CABLES}</cell>'
                for n in "YZ"
            )
            + "</cells></neuroml>"
        ).encode(),
        nodes=6,
        cells=2,
    ),
    "version_1_attached_in_the_middle.nml": Odd(
        (
            _V1
            + '<cell name="Y">'
            + _V1_SEGMENTS
            + _V1_CABLES.replace('fractAlongParent="1.0"', 'fract_along_parent="0.5"')
            + "</cell></cells></neuroml>"
        ).encode(),
        nodes=7,
    ),
    "morphml.xml": Odd(
        (
            '<n:morphml xmlns:n="http://morphml.org/morphml/schema/1.0.0"><n:name>x</n:name>'
            "<n:lengthUnits>Micrometers</n:lengthUnits><n:cells><n:cell><n:name>Y</n:name>"
            + _V1_SEGMENTS.replace("mml:", "n:")
            + "</n:cell></n:cells></n:morphml>"
        ).encode(),
        nodes=6,
        types={0, 1},
    ),
}

_NODES = "".join(
    f'<node id="{i + 11}" radius="{r}" x="{x * 100}" y="{y * 100}" z="{z * 25}" rotX="0" rotY="1"'
    f' rotZ="0" inVp="0" inMag="1" bitDepth="8" interpolation="false" time="163"/>'
    for i, ((x, y, z), r) in enumerate(zip(XYZ.tolist(), (500, 100, 100, 50, 50), strict=True))
)
_EDGES = '<edge source="11" target="12"/><edge source="13" target="12"/>'
_EDGES += '<edge source="13" target="14"/><edge source="15" target="13"/>'
_THING = (
    f'<thing id="1" name="Y" groupId="2" color.r="1" color.g="0" color.b="0" color.a="1">'
    f"<nodes>{_NODES}</nodes><edges>{_EDGES}</edges></thing>"
)


def nml(
    inside, scale='<scale x="10" y="10" z="40" unit="nanometer"/>', types=frozenset({0}), **expected
):
    text = f"<things><parameters><experiment name='E' organization='o'/>{scale}<offset x='0' y='0' "
    text += f"z='0'/><time ms='1'/><editPosition x='1' y='1' z='1'/></parameters>{inside}</things>"
    return Odd(
        f"<?xml version='1.0' encoding='UTF-8'?>\n{text}".encode(), types=set(types), **expected
    )


NML = {
    "webknossos_groups.nml": nml(
        "<meta name='writer' content='NmlWriter.scala'/>"
        + _THING
        + _THING.replace('"Y"', '"Y"').replace('id="1" name', 'id="2" name').replace('="1', '="2')
        + '<branchpoints><branchpoint id="13" time="1"/></branchpoints>'
        '<comments><comment node="11" content="soma &amp; hillock"/></comments>'
        '<groups><group id="1" name="g" isExpanded="true"><group id="2" name="h"/></group></groups>'
        "<volume id='0' location='data_0.zip'/>",
        cells=2,
    ),
    "webknossos_user_bounding_box.nml": nml(
        '<userBoundingBox id="1" topLeftX="0" topLeftY="0" topLeftZ="0" width="1" height="1" '
        'depth="1"/><taskBoundingBox topLeftX="0" topLeftY="0" topLeftZ="0" width="1" height="1" '
        'depth="1"/>' + _THING + "<branchpoints/><comments/><groups/>"
    ),
    "empty_tree_beside.nml": nml(_THING + '<thing id="9" name="none"><nodes/><edges/></thing>'),
    "edges_before_nodes.nml": nml(
        _THING.replace(f"<nodes>{_NODES}</nodes>", "").replace(
            "</edges>", f"</edges><nodes>{_NODES}</nodes>"
        )
    ),
    "in_micrometres.nml": nml(_THING, '<scale x="0.01" y="0.01" z="0.04" unit="micrometer"/>'),
    "knossos.nml": nml(_THING.replace("groupId", "comment"), '<scale x="10.0" y="10.0" z="40.0"/>'),
    "knossos_comments_first.nml": nml(
        '<comments><comment node="12" content="x"/></comments>' + _THING,
        '<scale x="10" y="10" z="40"/>',
    ),
    "without_scale.nml": nml(_THING, ""),
    "in_pieces.nml": nml(_THING.replace('<edge source="11" target="12"/>', ""), trees=2),
    "edge_twice.nml": nml(_THING.replace("</edges>", '<edge source="12" target="11"/></edges>')),
}


def h5(version=None, family=None, dtype=float, groups=False, soma=True, more=False):
    buffer = io.BytesIO()
    points = [[0, 0, 0, 10]] if soma else []
    points += [
        [0, 5, 0, 2],
        [0, 20, 0, 2],
        [0, 20, 0, 2],
        [10, 30, 0, 1],
        [0, 20, 0, 2],
        [-10, 30, 0, 1],
    ]
    structure = [[0, 1, -1], [1, 3, 0], [3, 3, 1], [5, 3, 1]]
    if not soma:
        structure = [[start - 1, kind, above - 1] for start, kind, above in structure[1:]]
    with h5py.File(buffer, "w") as file:
        place = file.create_group("cell 1") if groups else file
        place["points"] = np.array(points, dtype=dtype)
        place["structure"] = np.array(structure, dtype=np.int32)
        if version is not None:
            meta = place.create_group("metadata")
            meta.attrs["version"] = np.array(version, dtype=np.uint32)
            if family is not None:
                meta.attrs["cell_family"] = np.array([family], dtype=np.uint32)
        if more:
            place["perimeters"] = np.ones(len(points))
            place.create_group("organelles/mitochondria")
            place["organelles/mitochondria/points"] = np.ones((2, 3))
        if groups:
            for name in ("points", "structure"):
                file[f"cell 2/{name}"] = place[name][()]
    return Odd(
        buffer.getvalue(), nodes=len(points) - 2, cells=1 + groups, types={1, 3} if soma else {3}
    )


H5 = {
    "v1_0.h5": h5(),
    "v1_1.h5": h5((1, 1), 0),
    "v1_2.h5": h5((1, 2), 0, np.float32),
    "v1_3_with_organelles.h5": h5((1, 3), 0, more=True),
    "glia.h5": h5((1, 3), 1),
    "container.h5": h5((1, 1), 0, groups=True),
    "without_soma.h5": h5((1, 1), 0, soma=False),
    "big_endian.hdf5": h5(dtype=">f8"),
}


def precomputed_folder(name, content=None, info=None, **expected):
    return {
        f"{name}/info": json.dumps(INFO if info is None else info).encode(),
        f"{name}/18446744073709551615": Odd(
            precomputed() if content is None else content, **expected
        ),
    }


def _bare(attributes=b"", scale=1000.0, edges=((1, 0), (1, 2), (3, 2), (2, 4))):
    return (
        struct.pack("<II", 5, len(edges))
        + (XYZ * scale).astype("<f4").tobytes()
        + np.array(edges, dtype="<u4").tobytes()
        + attributes
    )


_RADII = np.array([5e3, 1e3, 1e3, 500, 500], dtype="<f4").tobytes()
_RADIUS = {"id": "radius", "data_type": "float32", "num_components": 1}
PRECOMPUTED = {
    **precomputed_folder("uint64_id"),
    **precomputed_folder("no_attributes", _bare(), {"@type": "neuroglancer_skeletons"}, types={0}),
    **precomputed_folder(
        "identity_and_properties",
        _bare(_RADII),
        {
            "@type": "neuroglancer_skeletons",
            "transform": [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0],
            "vertex_attributes": [_RADIUS],
            "segment_properties": "props",
            "sharding": None,
            "spatial_index": {"resolution": [1, 1, 1], "chunk_size": [9, 9, 9]},
        },
        types={0},
    ),
    **precomputed_folder(
        "turned_and_shifted",
        _bare(_RADII),
        {
            "@type": "neuroglancer_skeletons",
            "transform": [0, 1, 0, 500, -1, 0, 0, 0, 0, 0, 1, -9e3],
            "vertex_attributes": [_RADIUS],
        },
        types={0},
    ),
    **precomputed_folder(
        "cave_compartments",
        _bare(_RADII + bytes([1, 3, 3, 3, 3])),
        {
            "@type": "neuroglancer_skeletons",
            "vertex_attributes": [
                _RADIUS,
                {"id": "compartment", "data_type": "uint8", "num_components": 1},
            ],
        },
    ),
    **precomputed_folder(
        "cross_sections_and_floats",
        _bare(_RADII + np.ones(15, "<f4").tobytes() + np.array([1, 3, 3, 3, 3], "<f4").tobytes()),
        {
            "@type": "neuroglancer_skeletons",
            "vertex_attributes": [
                _RADIUS,
                {"id": "normal", "data_type": "float32", "num_components": 3},
                {"id": "vertex_types", "data_type": "float32", "num_components": 1},
            ],
        },
    ),
    **precomputed_folder(
        "in_pieces",
        _bare(_RADII, edges=((0, 1), (2, 3), (4, 2))),
        {"@type": "neuroglancer_skeletons", "vertex_attributes": [_RADIUS]},
        types={0},
        trees=2,
    ),
}

ODD_FILES: dict[str, Odd] = {**SWC, **ASC, **NEUROML, **NML, **HOC, **H5}
