# A breakpoint for each step, in the order of the handshake. For gdb:
#
#   rust-gdb -x debug/steps.py --args target/debug/hello-mtls step       (make debug)
#   rust-gdb -x debug/steps.py --args target/debug/hello-mtls serve      (make debug-server)
#
# Each stop prints its step, our part of the call stack, the source line that has not run yet, the values
# that are worth seeing, and what to type next. After that it is your debugger.

import os
import re
import gdb


def table():
    """debug/steps.txt: for each breakpoint its function, its sentence, values, and what to type."""
    stops = []
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "steps.txt")) as file:
        for line in (line.rstrip() for line in file if line.strip() and not line.startswith("#")):
            key, colon, rest = line.strip().partition(":")
            if not line.startswith(" "):
                stops.append({"function": line, "arguments": [], "computes": [], "type": ""})
            elif colon and key in ("arguments", "computes"):
                stops[-1][key] = rest.split()
            elif colon and key == "type":
                stops[-1][key] = rest.strip().replace("{print}", "print").replace("{next}", "")
            else:
                stops[-1]["sentence"] = line.strip()
    return stops


def words(value):
    """A value in one readable line: text as text, long bytes as their number."""
    if value.type.code == gdb.TYPE_CODE_PTR:
        value = value.dereference()
    text = " ".join(value.format_string(max_elements=160, max_depth=4).split())
    text = re.sub(r"\b(?:[a-z_0-9]+::)+", "", text)
    size = re.match(r"&\[u8\]\(size=(\d+)\)", text)
    quoted = re.search(r'ServerName::DnsName.*?"([^"]*)"', text)
    if size:
        return size.group(1) + " bytes"
    if quoted:
        return '"' + quoted.group(1) + '"'
    return text if len(text) <= 200 else text[:197] + "..."


class Verdict:
    """What a check returned: Ok or Err of rustls. gdb 13 reads it wrongly when `finish` returns it.

    `finish` gives a copy without an address, and of a copy gdb takes the wrong variant: an error is shown
    as "verified". In memory gdb reads it right. On x86-64 a function leaves in rax where it put its
    result; the bytes there are compared with the copy. Elsewhere nothing is claimed.
    """

    def __init__(self, value):
        self.value = value

    def to_string(self):
        value = self.value if self.value.address is not None else self.in_memory()
        if value is None:
            return "cannot be read here: `continue` stops where our code has the error in words"
        variant = [field.name for field in value.type.fields() if not field.artificial][0]
        return "%s(%s)" % (variant, words(value[variant]["__0"]))

    def in_memory(self):
        size = self.value.type.sizeof
        copy = self.value.cast(gdb.lookup_type("u8").array(size - 1))
        try:
            place = int(gdb.parse_and_eval("$rax"))
            there = gdb.selected_inferior().read_memory(place, size).tobytes()
        except (gdb.error, gdb.MemoryError):
            return None
        if there != bytes(int(copy[index]) for index in range(size)):
            return None
        return gdb.Value(place).cast(self.value.type.pointer()).dereference()


def printer(value):
    name = value.type.strip_typedefs().name or ""
    verdict = name.startswith("core::result::Result<rustls::verify::") and name.endswith("rustls::error::Error>")
    return Verdict(value) if verdict else None


def before_the_printers_of_rust(objfile):
    """The printers that rustc puts into the program are asked first. So ours stands among them."""
    if printer not in objfile.pretty_printers:
        objfile.pretty_printers.insert(0, printer)


def our_frames():
    """The call stack without the standard library's and rustls's frames."""
    frame, ours = gdb.newest_frame(), []
    while frame is not None and len(ours) < 6:
        name = frame.name() or ""
        if "hello_mtls::" in name:
            place = frame.find_sal()
            file = place.symtab.filename if place.symtab else "?"
            name = re.sub(r"<.*>", "", name).replace("hello_mtls::", "")
            ours.append("%s  (%s:%d)" % (name, file, place.line))
        frame = frame.older()
    return ours


def source(frame):
    """The line that runs next, and the lines around it."""
    place = frame.find_sal()
    try:
        with open(place.symtab.fullname()) as file:
            lines = file.read().splitlines()
    except (AttributeError, OSError):
        return []
    around = range(max(1, place.line - 2), min(len(lines), place.line + 3) + 1)
    return ["%s %4d  %s" % ("->" if n == place.line else "  ", n, lines[n - 1]) for n in around]


def after(name, computes):
    """The line behind the statements that compute these locals: `src/….rs:45`."""
    place = gdb.decode_line(name)[1][0]
    with open(place.symtab.fullname()) as file:
        lines = file.read().splitlines()
    line = place.line
    for local in computes:
        while "let %s =" % local not in lines[line - 1]:
            line += 1
        while not lines[line - 1].endswith(";"):
            line += 1
    return "%s:%d" % (place.symtab.filename, line + 1)


class Stop(gdb.Breakpoint):
    def __init__(self, row):
        name = "hello_mtls::handshake::" + row["function"]
        super().__init__(after(name, row["computes"]) if row["computes"] else name)
        self.silent = True
        self.row = row
        self.commands = "silent\npython tell(%d)" % self.number


STOPS = {}


def tell(number):
    row = STOPS[number].row
    step = re.match(r"step(\d)", row["function"])
    print("\n-- %s: %s" % ("step " + step.group(1) if step else "the end", row["sentence"]))
    for depth, place in enumerate(our_frames()):
        print("   %s%s" % ("in " if depth == 0 else "from ", place))
    for name in row["arguments"] + row["computes"]:
        print("   %s = %s" % (name, words(gdb.newest_frame().read_var(name))))
    for line in source(gdb.newest_frame()):
        print("   " + line)
    print("   type: " + row["type"])


gdb.execute("set pagination off")
gdb.execute("set print thread-events off")
# The program knows that it is in a debugger: it waits for no key of its own, and no deadline of it runs.
gdb.execute("set environment HELLO_MTLS_DEBUGGER 1")
for objfile in gdb.objfiles():
    before_the_printers_of_rust(objfile)
gdb.events.new_objfile.connect(lambda event: before_the_printers_of_rust(event.new_objfile))
for row in table():
    stop = Stop(row)
    STOPS[stop.number] = stop
print("Breakpoints are set, one or more for each step. type: run, then continue at each stop")
