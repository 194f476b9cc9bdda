import os
import socket
import ssl

context = ssl.create_default_context(cafile="ca.crt")
if os.path.exists("own.crt"):
    context.load_cert_chain("own.crt", "own.key")

with socket.create_connection(("HOST", PORT), timeout=10) as tcp:
    with context.wrap_socket(tcp, server_hostname="NAME") as tls:
        tls.sendall(b"GET / HTTP/1.1\r\nHost: NAME\r\nConnection: close\r\n\r\n")
        print(tls.recv(4096).decode().split("\r\n")[0])
