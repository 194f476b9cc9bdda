# hello-mtls: everything by hand and by one word. `make help` lists the words.

# Cargo knows where its programs lie, whatever CARGO_TARGET_DIR or a configuration says; so it runs them.
HELLO = cargo run --locked --quiet --
# The same under gdb, with a breakpoint a step: Cargo calls the runner with the program and its arguments.
GDB = cargo run --locked --quiet --config "target.'cfg(unix)'.runner = \
  ['rust-gdb', '-q', '-x', 'debug/steps.py', '--args']" --

# Each generated file is held by a test, which compares it. With this variable the test writes it. The snapshots of
# help texts and of the gallery's panels (tests/snapshots) are among them: what users see changes only on purpose.
BLESS = HELLO_MTLS_BLESS=1 cargo test --locked --quiet --test inside --
GENERATED = gallery::the_pages_of_failures gallery::rustdoc_knows show::the_samples debug_scripts:: \
  cli::help:: cli::terminal:: gallery::panels::

# Recordings of this program with itself. They have random bytes: made when missing, and anew only when asked.
RECORDINGS = $(addsuffix .transcript, \
  $(addprefix docs/transcripts/, mtls12 mtls13 refused13 resumed13 stranger13 tls13) \
  $(addprefix tests/transcripts/hello-, mtls12 mtls13 refused12 refused13 resumed13 tls13))

.PHONY: help help-en help-zh demo certs serve get wire step debug debug-server debug-get lab check prose test docs recordings interop balance bench soak fuzz site build check-tools

# In the language of the locale, by the first of the three variables that has a value, as the program does it.
CHINESE = $(filter zh zh_% zh-% zh.% zh@%,$(or $(LC_ALL),$(LC_MESSAGES),$(LANG)))

help: $(if $(CHINESE),help-zh,help-en)

help-en:
	@echo 'make demo    show the whole story: TLS in four steps, mTLS in seven, three refusals'
	@echo ''
	@echo 'The same by hand, in this order; the last two need a terminal each:'
	@echo 'make certs   make a CA, a server certificate and a client certificate in ./certs'
	@echo 'make serve   serve Hello World over mutual TLS, at https://localhost:3000/'
	@echo 'make get     get it with the client certificate, and report each step'
	@echo ''
	@echo 'make wire    write a handshake as an HTML page, with every byte decrypted and explained'
	@echo 'make step    run a handshake in one process; Enter moves the next messages'
	@echo 'make lab     exercises that grade themselves: the list, and how to begin'
	@echo 'make debug   the same in rust-gdb, with one breakpoint per step'
	@echo 'make debug-server    make serve in rust-gdb, with the five steps of the server'
	@echo 'make debug-get       make get without deadlines, for debug-server'
	@echo ''
	@echo 'make check   before each commit: format, lints, architecture; under a minute'
	@echo 'make prose   counts for each page of the docs: sentences, short ones, terms without a link'
	@echo 'make test    all tests; those of missing outside programs say that they are skipped'
	@echo 'make docs    every generated page, list, sample, script and snapshot, made anew'
	@echo 'make site    the docs and the recorded connections as a site, with every link checked'
	@echo 'make interop runs the servers and clients of others, and writes docs/interop.md'
	@echo 'make balance HAProxy before two servers: addresses, tickets, health checks, a rolling restart'
	@echo 'make recordings      the recorded connections, made anew: their bytes differ each time'
	@echo 'make bench   measures this server beside others, and writes docs/performance.md'
	@echo 'make fuzz    a minute of libFuzzer for every reader of foreign bytes (FUZZ_SECONDS)'
	@echo 'make soak    minutes of bursts, cuts and slow clients: does the server survive?'

help-zh:
	@echo 'make demo    完整演示一遍：TLS 四步，双向 TLS 七步，三次拒绝'
	@echo ''
	@echo '同样的事自己动手做，按这个顺序；后两条各用一个终端：'
	@echo 'make certs   在 ./certs 里生成 CA、服务器证书和客户端证书'
	@echo 'make serve   用双向 TLS 提供 Hello World，地址是 https://localhost:3000/'
	@echo 'make get     用客户端证书请求它，并报告每一步'
	@echo ''
	@echo 'make wire    把一次握手写成 HTML 网页，每个字节都解密并解释'
	@echo 'make step    在一个进程里完成握手；按回车键，走下一批消息'
	@echo 'make lab     能自己评判的练习：列出来，并说明怎么开始'
	@echo 'make debug   同样的握手，在 rust-gdb 里运行，每一步一个断点'
	@echo 'make debug-server    在 rust-gdb 里运行 make serve，停在服务器的五个步骤上'
	@echo 'make debug-get       不带时限的 make get，和 debug-server 一起用'
	@echo ''
	@echo 'make check   每次提交之前：格式、lint、架构；不到一分钟'
	@echo 'make prose   统计每一页文档：句子、短句、没有链接的术语'
	@echo 'make test    全部测试；缺少外部程序的测试会说明自己被跳过'
	@echo 'make docs    重新生成所有生成的页面、列表、示例、脚本和快照'
	@echo 'make site    把文档和录下的连接做成网站，并检查每一个链接'
	@echo 'make interop 运行别人的服务器和客户端，结果写入 docs/interop.md'
	@echo 'make balance 在两台服务器前面放 HAProxy：地址、票据、健康检查、滚动重启'
	@echo 'make recordings      重新录制连接：每次录下的字节都不同'
	@echo 'make bench   把这个服务器和别的服务器一起测，结果写入 docs/performance.md'
	@echo 'make fuzz    用 libFuzzer 测每个读取外来字节的函数，各一分钟（FUZZ_SECONDS）'
	@echo 'make soak    几分钟的突发连接、切断和慢速客户端：服务器撑得住吗'

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

lab: build
	@$(HELLO) lab

debug: build
	@$(GDB) step

debug-server: build
	@$(GDB) serve

# The client of a server that stands in a debugger: it waits as long as you do.
debug-get: build
	@HELLO_MTLS_DEBUGGER=1 $(HELLO) get https://localhost:3000/ --narrate

check: check-tools
	cargo fmt --check
	cargo clippy --locked --all-targets -- -D warnings
	cargo test --locked --quiet --test inside -- architecture::

prose: check-tools
	@cargo test --locked --quiet --test inside -- --ignored --nocapture docs::prose::report

test: check-tools
	cargo test --locked

docs: check-tools $(RECORDINGS)
	$(BLESS) $(GENERATED)

recordings: build
	@HELLO='$(HELLO)' sh docs/transcripts/record.sh $(RECORDINGS)

$(RECORDINGS):
	@HELLO='$(HELLO)' sh docs/transcripts/record.sh $@

# Needs python3, and mdbook or pip; without npm the diagrams stay text. A second build removes what the first one left.
site: build
	@sh site/tools.sh
	@HELLO='$(HELLO)' python3 site/build.py target/site
	@python3 site/check.py target/site
	@echo 'open this in a browser: target/site/index.html'

# First the servers and clients, each of which writes what it measured; then the pages, from that.
interop: check-tools
	HELLO_MTLS_INTEROP=write cargo test --locked --test outside interop::servers
	HELLO_MTLS_INTEROP=write cargo test --locked --test outside interop::clients
	HELLO_MTLS_INTEROP=write cargo test --locked --test outside interop::pages

# Seven acts, each a test that prints what it saw. The machines have no way to the internet, so building comes first.
balance: check-tools
	@cargo test --locked --quiet --test outside --no-run
	@sh tests/outside/balance/machines.sh \
	  cargo test --locked --quiet --test outside -- --nocapture --test-threads=1 balance::

# A package of its own, with hyper and tokio, which no other command builds. The first build takes some three minutes.
# PARTS=memory measures one part, BENCH_ROUNDS=2 measures fewer rounds.
BENCH = cargo run --locked --release --manifest-path bench/Cargo.toml --bin
bench: check-tools
	cargo build --locked --release --manifest-path bench/Cargo.toml
	$(BENCH) bench -- $(PARTS)

fuzz: check-tools
	@sh fuzz/run.sh $(TARGETS)

soak: check-tools
	cargo build --locked --release --manifest-path bench/Cargo.toml
	$(BENCH) soak -- $(PARTS)

# Only the first build takes long, and Cargo shows its progress. A later one has nothing to do and says nothing.
build: check-tools
	@if test -e "$${CARGO_TARGET_DIR:-target}/debug/hello-mtls"; then cargo build --locked --quiet; else \
	  echo 'Building hello-mtls and the libraries below it (rustls, aws-lc). This takes about two minutes, once.'; \
	  cargo build --locked; fi

# Rust builds the program; a C compiler builds the cryptography under it (aws-lc).
check-tools:
	@command -v cargo >/dev/null || { echo 'cargo is missing: get Rust from https://rustup.rs'; exit 1; }
	@command -v $${CC:-cc} >/dev/null || { \
	  echo 'a C compiler is missing: sudo apt install gcc (Debian), sudo dnf install gcc (Fedora),'; \
	  echo 'xcode-select --install (macOS)'; exit 1; }
