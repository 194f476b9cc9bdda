import http.server
import ssl


class Hello(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        client = self.connection.getpeercert()
        name = client["subjectAltName"][0][1] if client else "nobody"
        body = f"Hello World, {name}\n".encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile="certs/ca.crt")
context.load_cert_chain("certs/server.crt", "certs/server.key")
context.verify_mode = ssl.CERT_REQUIRED  # or: ssl.CERT_OPTIONAL

server = http.server.ThreadingHTTPServer(("localhost", 3000), Hello)
# The handshake is left to the thread of each connection: one slow client does not stop the others.
server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
server.serve_forever()
