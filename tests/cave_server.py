"""A server that answers as CAVE does, on this machine: info, graph, skeletons, synapses, mesh."""

import gzip
import io
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ROOT_ID = 864691135639004475
SKELETON = {
    "vertices": [[0, 0, 0], [0, 9000, 0], [0, 60000, 0], [0, -5000, 0]],
    "edges": [[1, 0], [2, 1], [3, 0]],
    "radius": [5000, 300, 250, 200],
    "compartment": [1, 3, 3, 2],
    "root": 0,
    "lvl2_ids": [1, 2, 3, 4],
    "mesh_to_skel_map": [0, 1, 2, 3],
    "meta": {"root_id": ROOT_ID},
}
"""In nm, as the service's format "flatdict"."""


SYNAPSES = {
    "pre_pt_root_id": ([1000.0, 58000.0, 0.0], [1000.0, 57000.0, 0.0]),
    "post_pt_root_id": ([0.0, -4000.0, 1000.0], [0.0, -4200.0, 0.0]),
}
"""By the side the neuron is on: both places of its synapse, pre- and postsynaptic, in nm."""
TOKEN = "0123456789abcdef"
_OTHER = 864691135000000001
_VOXEL = (4.0, 4.0, 40.0)


def _arrow(columns):
    import pandas as pd
    import pyarrow as pa

    table = pa.Table.from_pandas(pd.DataFrame(columns))
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue(), "data.arrow"


def _synapses(body):
    asked = json.loads(body)["filter_equal_dict"]
    ((column, root_id),) = asked["synapses"].items()
    places = SYNAPSES[column] if root_id == ROOT_ID else None
    ids = {"pre_pt_root_id": _OTHER, "post_pt_root_id": _OTHER, column: root_id}
    n = int(places is not None)
    pre, post = places or ([0.0] * 3, [0.0] * 3)
    columns = {"id": [5] * n}
    for side, place in (("pre", pre), ("post", post)):
        for axis, value, size in zip("xyz", place, _VOXEL, strict=True):
            columns[f"{side}_pt_position_{axis}"] = [value / size] * n
    return _arrow(columns | {name: [value] * n for name, value in ids.items()})


def _tube():
    """Return the surface of a tube of 40 µm, in nm, as neuroglancer keeps it."""
    import numpy as np

    along, around = np.meshgrid(np.arange(0, 40_001, 500), np.arange(8), indexing="ij")
    angle = around.ravel() * np.pi / 4
    xyz = np.column_stack([400 * np.cos(angle), along.ravel(), 400 * np.sin(angle)])
    n_rings, quads = along.shape[0], []
    for ring in range(n_rings - 1):
        for side in range(8):
            a, b = ring * 8 + side, ring * 8 + (side + 1) % 8
            quads += [[a, b, a + 8], [b, b + 8, a + 8]]
    n = np.array([len(xyz)], dtype="<u4")
    return n.tobytes() + xyz.astype("<f4").tobytes() + np.array(quads, dtype="<u4").tobytes()


def _info(address, datastack):
    return {
        "segmentation_source": f"graphene://{address}/segmentation/table/seg",
        "synapse_table": "synapses",
        "viewer_resolution_x": 4.0,
        "viewer_resolution_y": 4.0,
        "viewer_resolution_z": 40.0,
        "local_server": address,
        "aligned_volume": {"name": "aligned", "image_source": "precomputed://x", "id": 1},
        "soma_table": None,
        "description": datastack,
    }


_GRAPH = {
    "type": "segmentation",
    "data_type": "uint64",
    "num_channels": 1,
    "mesh": "mesh",
    "app": {"supported_api_versions": [0, 1]},
    "graph": {
        "chunk_size": [256, 256, 512],
        "n_layers": 12,
        "n_bits_for_layer_id": 8,
        "spatial_bit_masks": {str(layer): 10 for layer in range(1, 13)},
        "bounding_box": [1, 1, 1],
    },
    "chunks_start_at_voxel_offset": False,
    "data_dir": "",
    "mesh_metadata": {"uniform_draco_grid_size": 21},
    "scales": [
        {
            "key": "4_4_40",
            "resolution": [4, 4, 40],
            "size": [1000, 1000, 1000],
            "voxel_offset": [0, 0, 0],
            "chunk_sizes": [[64, 64, 64]],
            "encoding": "raw",
        }
    ],
}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        size = int(self.headers.get("Content-Length", 0))  # questions about nodes have a body
        self._answer(self.path.partition("?")[0], self.rfile.read(size))

    do_POST = do_GET

    def _answer(self, path, body):
        self.server.asked.append(self.path)
        status, answer, kind = self._answer_to(path, body)
        content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _answer_to(self, path, body):
        json_kind = "application/json"
        address = f"http://127.0.0.1:{self.server.server_port}"
        _, *words = path.split("/")
        if words[0] != "flat" and TOKEN not in self.headers.get("Authorization", ""):
            return 401, {"error": "invalid_token"}, json_kind
        match words:
            case ["info", "api", "v2", "datastack", "full", ("stack" | "bare") as name]:
                info = _info(address, name)
                if name == "bare":  # as flywire's public one: no chunk graph, no cache
                    info["segmentation_source"] = f"precomputed://{address}/flat"
                    info["synapse_table"] = None
                return 200, info, json_kind
            case ["segmentation", "table", "seg", "info"]:
                return 200, _GRAPH, json_kind
            case ["flat", "info"]:
                return 200, {**_GRAPH, "graph": None, "app": None}, json_kind
            case ["flat", "mesh", "info"]:
                return 200, {"@type": "neuroglancer_legacy_mesh"}, json_kind
            case ["flat", "mesh", name] if name == f"{ROOT_ID}:0":
                return 200, {"fragments": ["tube"]}, json_kind
            case ["flat", "mesh", "tube"]:
                return 200, _tube(), "application/octet-stream"
            case ["segmentation", "api", "versions"]:
                return 200, [0, 1], json_kind
            case ["segmentation", "api", "v1", "table", "seg", "valid_nodes"]:
                asked = json.loads(body)["node_ids"]
                return 200, {"valid_roots": [one for one in asked if one == ROOT_ID]}, json_kind
            case ["l2cache", "api", "v1", "table_mapping"]:
                return 200, {"seg": {"l2cache_id": "seg_v1"}}, json_kind
            case ["skeletoncache", "api", "version"]:
                return 200, "0.22.34", json_kind
            case ["skeletoncache", "api", "versions"]:
                return 200, [-1, 0, 1, 2, 3, 4], json_kind
            case ["skeletoncache", "api", "v1", _, "async", "get_skeleton", _, root_id, "flatdict"]:
                if int(root_id) == ROOT_ID:
                    return 200, gzip.compress(json.dumps(SKELETON).encode()), "application/gzip"
            case ["materialize", "api", "versions"]:
                return 200, [2, 3], json_kind
            case ["materialize", "version"]:
                return 200, "5.14.0", json_kind
            case ["materialize", "api", "v3", "datastack", "stack", "versions"]:
                return 200, [1], json_kind
            case ["materialize", "api", "v3", "datastack", "stack", "version", "1", *rest]:
                if rest[-1:] == ["metadata"]:
                    voxel = dict(zip("xyz", _VOXEL, strict=True))
                    said = {f"voxel_resolution_{axis}": size for axis, size in voxel.items()}
                    return 200, {"table_name": "synapses", **said}, json_kind
                if rest[-1:] == ["query"]:
                    content, kind = _synapses(body)
                    return 200, content, kind
        self.server.unknown.append(path)
        return 404, {"message": f"nothing at {path}"}, json_kind

    def log_message(self, *_):
        pass


def serve():
    """Yield the address, until the generator is closed."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.asked, server.unknown = [], []
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    serve.last = server
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
