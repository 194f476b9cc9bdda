# A breakpoint a step, in the order of the story. For gdb:
#
#   rust-gdb -x debug/steps.py --args target/debug/hello-mtls step       (make debug)
#   rust-gdb -x debug/steps.py --args target/debug/hello-mtls serve      (make debug-server)
#
# Each stop says where we are, prints our part of the call stack, and the values worth seeing. Then it
# is your debugger: next, step, info locals, up, finish; continue goes to the next step.

import re
import gdb

# Module, function, a sentence, the arguments worth seeing, and the locals that its first lines compute.
STEPS = [
    ("step1_client_connects", "client_connects",
     "The client connects. It has a name to dial. Nothing is sent yet.", ["server_name"], []),
    ("step1_client_connects", "client_hello_arrived",
     "The client connects. The server has its ClientHello. Nothing is decided yet.", [], []),
    ("step2_server_presents_certificate", "server_presents_certificate",
     "The server sends its certificate, and is about to sign the handshake.",
     ["subject", "scheme", "signed"], []),
    ("step3_client_verifies_server", "client_verifies_server",
     "The client verifies the server: the chain first, then the signature.",
     ["server_name"], ["subject", "verdict"]),
    ("step4_client_presents_certificate", "client_presents_certificate",
     "The client sends its certificate, and is about to sign the handshake.", ["subject", "signature"], []),
    ("step5_server_verifies_client", "server_verifies_client",
     "The server verifies the client: the chain first, then the signature.",
     [], ["subject", "verdict"]),
    ("step6_server_authorizes_client", "server_authorizes_client",
     "The server authorizes the client. TLS is done. This is policy.", ["allowed", "resumed"], []),
    ("step7_application_data", "application_data",
     "Both exchange encrypted data. What they agreed on is known now.", [], ["session"]),
]


def words(value):
    """A value in one readable line: text as text, long bytes as their number."""
    text = " ".join(value.format_string(max_elements=120, max_depth=4).split())
    text = re.sub(r"\b(?:[a-z_0-9]+::)+", "", text)
    size = re.match(r"&\[u8\]\(size=(\d+)\)", text)
    quoted = re.search(r'ServerName::DnsName.*?"([^"]*)"', text)
    if size:
        return size.group(1) + " bytes"
    if quoted:
        return '"' + quoted.group(1) + '"'
    return text if len(text) <= 160 else text[:157] + "..."


def variable(frame, name):
    value = frame.read_var(name)
    if value.type.code == gdb.TYPE_CODE_PTR:
        value = value.dereference()
    return words(value)


def our_frames():
    """The call stack without the standard library's and rustls's frames."""
    frame, ours = gdb.newest_frame(), []
    while frame is not None and len(ours) < 8:
        name = frame.name() or ""
        if name.startswith("hello_mtls::") or "hello_mtls::" in name:
            place = frame.find_sal()
            file = place.symtab.filename if place.symtab else "?"
            name = re.sub(r"<.*>", "", name).replace("hello_mtls::", "")
            ours.append("%s  (%s:%d)" % (name, file, place.line))
        frame = frame.older()
    return ours


class Step(gdb.Breakpoint):
    def __init__(self, module, function, sentence, arguments, locals):
        super().__init__("hello_mtls::handshake::%s::%s" % (module, function))
        self.silent = True
        self.story = (module[4], sentence, arguments)
        self.locals = locals
        self.commands = "silent\npython tell(%d)" % self.number


TOLD = {}


def tell(number):
    step = TOLD[number]
    digit, sentence, arguments = step.story
    print("\n-- step %s: %s" % (digit, sentence))
    for depth, place in enumerate(our_frames()):
        print("   %s%s" % ("in " if depth == 0 else "from ", place))
    frame = gdb.newest_frame()
    for name in arguments:
        print("   %s = %s" % (name, variable(frame, name)))
    for name in step.locals:
        # Each of the first lines computes one. A check that fails leaves the function instead.
        gdb.execute("next", to_string=True)
        try:
            print("   %s = %s" % (name, variable(gdb.newest_frame(), name)))
        except (ValueError, gdb.error):
            print("   no %s: the check failed, and its error goes back to rustls" % name)
            return


gdb.execute("set pagination off")
gdb.execute("set print thread-events off")
for entry in STEPS:
    step = Step(*entry)
    TOLD[step.number] = step
print("Breakpoints are set, one a step. `run` begins, `continue` goes on.")
