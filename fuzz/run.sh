#!/bin/sh
# Runs the libFuzzer targets one after the other: sh fuzz/run.sh [TARGET...]. `make fuzz` calls it.
#
# FUZZ_SECONDS is how long each runs. What it finds new grows in fuzz/target/corpus, and fuzz/corpus and the files of
# the tests are only read. An input that fails is left in fuzz/target/failures, and its name is the last thing printed.
set -eu
cd "$(dirname "$0")"
seconds=${FUZZ_SECONDS:-60}
export CARGO_TARGET_DIR="$PWD/target"
command -v "${CXX:-c++}" > /dev/null || {
  echo 'a C++ compiler is missing, for libFuzzer: sudo apt install g++ (Debian), sudo dnf install gcc-c++ (Fedora)'
  exit 1
}
host=$(rustc -vV | sed -n 's/^host: //p')
targets=${*:-$(ls fuzz_targets | sed 's/\.rs$//')}

# The coverage that libFuzzer needs, with a stable compiler: LLVM's own pass, as cargo-fuzz sets it up. The target is
# named so that build scripts and macros are built without it.
sancov="-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
-Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
-Cllvm-args=-sanitizer-coverage-trace-compares"
export RUSTFLAGS="$sancov -Ccodegen-units=1 --cfg fuzzing"
cargo build --locked --release --target "$host"

for target in $targets; do
  echo "== $target, $seconds s"
  case $target in
    transcript) more="../tests/transcripts ../tests/rfc8448" ;;
    capture) more="../tests/captures" ;;
    *) more= ;;
  esac
  seeds="corpus/$target"
  test -d "$seeds" || seeds=
  mkdir -p "target/corpus/$target" target/failures
  # shellcheck disable=SC2086
  "target/$host/release/$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -max_len=65536 \
    -print_final_stats=1 -verbosity=1 -artifact_prefix="target/failures/$target-" \
    "target/corpus/$target" $seeds $more 2> "target/$target.log" || { tail -n 40 "target/$target.log"; exit 1; }
  grep -E 'cov:' "target/$target.log" | tail -n 1
  grep -E 'number_of_executed_units|peak_rss_mb|slowest_unit' "target/$target.log"
done
