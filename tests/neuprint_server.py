"""A server that answers as neuPrint does, on this machine, with a certificate of its own."""

import json
import re
import shutil
import ssl
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

BODY, BODY_WITHOUT_SKELETON = 1734350788, 5
TOKEN = "eyJhbGciOiJIUzI1NiJ9.e30.ZRrHA1JJJW8opsbCGfG_HACGpVUMN_a9IV7pAx_Zmeo"
DATASET = "hemibrain:v1.2.1"
SWC = "# voxels\n1 0 100 200 300 600 -1\n2 0 100 1450 300 50 1\n3 0 100 7700 300 25 2\n"
_META = {
    "dataset": DATASET,
    "voxelSize": [8.0, 8.0, 8.0],
    "voxelUnits": "nanometers",
    "primaryRois": ["AL(R)"],
    "neuroglancerMeta": [],
    "roiInfo": {},
    "roiHierarchy": {"name": "hemibrain", "children": []},
    "statusDefinitions": {},
    "neuroglancerInfo": {},
}
_NEURON = {
    "bodyId": BODY, "instance": "DA1_lPN_R", "type": "DA1_lPN", "size": 7, "status": "Traced",
    "pre": 1, "post": 1, "somaLocation": [100, 210, 300], "somaRadius": 600.0,
    "cropped": False, "statusLabel": "x",
}  # fmt: skip
_SYNAPSES = [
    [BODY, "pre", 0.98, 100, 7600, 300, {"AL(R)": True}],
    [BODY, "post", 0.9, 100, 1400, 300, {"AL(R)": True}],
]


def can_serve():
    """Say whether a certificate can be made."""
    return shutil.which("openssl") is not None


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self._answer(b"")

    do_HEAD = do_GET

    def do_POST(self):
        self._answer(self.rfile.read(int(self.headers.get("Content-Length", 0))))

    def _answer(self, body):
        path = self.path.partition("?")[0]
        self.server.asked.append((self.path, body))
        status, answer = self._answer_to(path, body)
        content = answer.encode() if isinstance(answer, str) else json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def _answer_to(self, path, body):
        if path.startswith("/api/") and self.headers.get("Authorization") != f"Bearer {TOKEN}":
            return 401, {"message": "invalid or expired jwt"}
        skeletons = f"/api/skeletons/skeleton/{DATASET}/"
        if path == "/api/dbmeta/datasets":
            return 200, {DATASET: {"last-mod": "x", "ROIs": ["AL(R)"]}}
        if path == "/api/serverinfo":
            return 200, {"IsPublic": True}
        if path == "/api/version":
            return 200, {"Version": "1.7.0"}
        if path == f"{skeletons}{BODY}":
            return 200, SWC
        if path.startswith(skeletons):
            return 400, {"error": "error retrieving skeleton"}
        if path == "/api/custom/custom":
            answer = _cypher(json.loads(body)["cypher"])
            if answer is not None:
                return 200, answer
        self.server.unknown.append((path, body))
        return 404, {"error": f"nothing at {path}"}

    def log_message(self, *_):
        pass


def _cypher(query):
    """Answer the questions that the client asks on the way to a skeleton with synapses."""
    asked = re.search(r"n\.bodyId = (\d+)", query)
    body = int(asked[1]) if asked else 0
    if "n.neuronProperties" in query:
        keys = json.dumps(dict.fromkeys(_NEURON, "x"))
        return {"columns": ["n.neuronProperties"], "data": [[keys]]}
    if "n.ntSynapseProperties" in query:
        return {"columns": ["n.ntSynapseProperties"], "data": [["{}"]]}
    if "MATCH (m:Meta)" in query:
        names = ["roiInfo", "roiHierarchy", "neuroglancerInfo", "neuroglancerMeta"]
        names.append("statusDefinitions")
        return {"columns": ["meta", *names], "data": [[_META, *(_META[n] for n in names)]]}
    if "(s:Synapse)" in query:
        return {"columns": ["bodyId"], "data": _SYNAPSES}
    if "RETURN n.bodyId as bodyId\n" in f"{query.rstrip()}\n":
        return {"columns": ["bodyId"], "data": [[BODY]]}
    if "ORDER BY n.bodyId" in query:
        columns = re.findall(r" as (\w+)", query)
        row = [{**_NEURON, "bodyId": body}.get(name) for name in columns]
        is_known = body in (BODY, BODY_WITHOUT_SKELETON)
        return {"columns": columns, "data": [row] if is_known else []}
    return None


def serve(folder):
    """Yield address and certificate, until the generator is closed."""
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", str(key), "-out",
         str(certificate), "-days", "2", "-subj", "/CN=localhost", "-addext",
         "subjectAltName=DNS:localhost"],
        check=True, capture_output=True,
    )  # fmt: skip
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.asked, server.unknown = [], []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    serve.last = server
    yield f"https://localhost:{server.server_port}", certificate
    server.shutdown()
    thread.join()
    server.server_close()
