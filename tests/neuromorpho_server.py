"""A server that answers as NeuroMorpho.Org does, on this machine."""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

SWC = b"# CNG version\n1 1 0 0 0 5 -1\n2 3 0 9 0 1 1\n3 3 0 60 0 1 2\n"
INFO = {"neuron_name": "cnic_001", "archive": "Wearne_Hof", "species": "monkey", "cell_type": ["a"]}
ANSWERS = {
    "/api/neuron/name/cnic_001": json.dumps(INFO).encode(),
    "/dableFiles/wearne_hof/CNG%20version/cnic_001.CNG.swc": SWC,
    "/api/neuron/name/odd": b"<html>not JSON</html>",
    "/api/neuron/name/lost": json.dumps({**INFO, "neuron_name": "lost"}).encode(),
}


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        answer = ANSWERS.get(self.path)
        busy = self.path.endswith("/busy")
        self.send_response(503 if busy else 404 if answer is None else 200)
        self.end_headers()
        self.wfile.write(answer or b"")

    def log_message(self, *_):
        pass


def serve():
    """Yield the address, until the generator is closed."""
    server = HTTPServer(("127.0.0.1", 0), _Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
