#!/bin/sh
# Prints what CHANGELOG.md says about a version: `sh .github/release-notes.sh v0.1.0`. Fails if the tag, the version in
# Cargo.toml and the changelog do not agree.
set -eu
version=${1#v}
cd "$(dirname "$0")/.."
grep -qx "version = \"$version\"" Cargo.toml || { echo "Cargo.toml does not have version $version" >&2; exit 1; }
notes=$(awk -v head="## $version " 'index($0, "## ") == 1 { inside = index($0 " ", head) == 1; next } inside' CHANGELOG.md)
[ -n "$notes" ] || { echo "CHANGELOG.md says nothing about $version" >&2; exit 1; }
echo "$notes"
