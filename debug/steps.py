# A breakpoint a step, in the order of the story. For gdb:
#
#   rust-gdb -x debug/steps.py --args target/debug/hello-mtls step       (make debug)
#   rust-gdb -x debug/steps.py --args target/debug/hello-mtls serve      (make debug-server)
#
# Each stop says where we are, prints our part of the call stack, and the values worth seeing. Then it
# is your debugger: next, step, info locals, up, finish; continue goes to the next step.

import os
import re
import gdb


def table():
    """debug/steps.txt: for each breakpoint its function, its sentence, and the values worth seeing."""
    steps = []
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "steps.txt")) as file:
        for line in (line.rstrip() for line in file if line.strip() and not line.startswith("#")):
            key, colon, names = line.strip().partition(":")
            if not line.startswith(" "):
                steps.append({"function": line, "arguments": [], "computes": []})
            elif colon and key in ("arguments", "computes"):
                steps[-1][key] = names.split()
            else:
                steps[-1]["sentence"] = line.strip()
    return steps


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
    def __init__(self, step):
        super().__init__("hello_mtls::handshake::" + step["function"])
        self.silent = True
        self.step = step
        self.commands = "silent\npython tell(%d)" % self.number


STOPS = {}


def tell(number):
    step = STOPS[number].step
    print("\n-- step %s: %s" % (step["function"][len("step")], step["sentence"]))
    for depth, place in enumerate(our_frames()):
        print("   %s%s" % ("in " if depth == 0 else "from ", place))
    frame = gdb.newest_frame()
    for name in step["arguments"]:
        print("   %s = %s" % (name, variable(frame, name)))
    for name in step["computes"]:
        # Each of the first lines computes one. A check that fails leaves the function instead.
        gdb.execute("next", to_string=True)
        try:
            print("   %s = %s" % (name, variable(gdb.newest_frame(), name)))
        except (ValueError, gdb.error):
            print("   no %s: the check failed, and its error goes back to rustls" % name)
            return


gdb.execute("set pagination off")
gdb.execute("set print thread-events off")
for step in table():
    stop = Step(step)
    STOPS[stop.number] = stop
print("Breakpoints are set, one a step. `run` begins, `continue` goes on.")
