import ssl
import urllib.request

context = ssl.create_default_context(cafile="certs/ca.crt")
context.load_cert_chain("certs/client.crt", "certs/client.key")

with urllib.request.urlopen("https://localhost:3000/", context=context) as response:
    print(response.status)
    print(response.read().decode())
