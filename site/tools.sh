#!/bin/sh
# What the site is built with, in locked versions: mdbook, unless it is installed, and the library that draws diagrams.
#
# mdbook comes as a program in a Python package, because compiling it takes minutes. The package is not mdBook's own: its hash
# is in requirements.txt, and the workflow that publishes the site compiles mdbook from its crate instead.
set -eu
cd "$(dirname "$0")/.."
command -v mdbook >/dev/null || [ -x target/site-tools/bin/mdbook ] || \
  python3 -m pip install --quiet --disable-pip-version-check --root-user-action ignore --no-deps --only-binary :all: \
    --require-hashes --target target/site-tools -r site/requirements.txt
command -v npm >/dev/null || { echo "npm is missing: the diagrams stay text" >&2; exit 0; }
npm ci --silent --ignore-scripts --no-audit --no-fund --prefix site
