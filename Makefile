# hello-mtls: everything by hand and by one word. `make help` lists the words.

HELLO = target/debug/hello-mtls

.PHONY: help demo test interop certs serve get wire step debug debug-server check-tools build

help:
	@echo 'make demo    the whole story: TLS in four steps, mTLS in seven, three refusals'
	@echo 'make test    all tests; those of missing outside programs say that they are skipped'
	@echo 'make interop runs the servers and clients of others, and writes docs/interop.md'
	@echo ''
	@echo 'by hand, in this order, the last two in two terminals:'
	@echo 'make certs   a CA, a server and a client certificate in ./certs'
	@echo 'make serve   Hello World over mutual TLS, at https://localhost:3000/'
	@echo 'make get     ask for it, with the client certificate, telling each step'
	@echo ''
	@echo 'make wire    a handshake as a page: every byte, decrypted and explained'
	@echo 'make step    both ends in one process: Enter moves the next flight'
	@echo 'make debug   the same in rust-gdb, with a breakpoint a step'
	@echo 'make debug-server    make serve in rust-gdb, with its five steps'

demo: build
	@$(HELLO) demo

certs: build
	@$(HELLO) certs

serve: build
	@$(HELLO) serve --narrate

get: build
	@$(HELLO) get https://localhost:3000/ --narrate

wire: build
	@$(HELLO) demo > /dev/null
	@echo 'open this in a browser: target/demo/handshake.html'

step: build
	@$(HELLO) step

debug: build
	@rust-gdb -q -x debug/steps.py --args $(HELLO) step

debug-server: build
	@rust-gdb -q -x debug/steps.py --args $(HELLO) serve

test: check-tools
	cargo test --locked

# First the servers and clients, each of which writes what it measured; then the pages, from that.
interop: check-tools
	HELLO_MTLS_INTEROP=write cargo test --locked --test outside interop::servers
	HELLO_MTLS_INTEROP=write cargo test --locked --test outside interop::clients
	HELLO_MTLS_INTEROP=write cargo test --locked --test outside interop::pages

build: check-tools
	@cargo build --locked --quiet

# Rust builds the program; a C compiler builds the cryptography under it (aws-lc).
check-tools:
	@command -v cargo >/dev/null || { echo 'cargo is missing: get Rust from https://rustup.rs'; exit 1; }
	@command -v $${CC:-cc} >/dev/null || { \
	  echo 'a C compiler is missing: sudo apt install gcc (Debian), sudo dnf install gcc (Fedora),'; \
	  echo 'xcode-select --install (macOS)'; exit 1; }
