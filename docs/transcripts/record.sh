#!/bin/sh
# Records connections of this program with itself. `make recordings` calls it; from the project's folder:
#
#   sh docs/transcripts/record.sh docs/transcripts/mtls13.transcript …
#
# Keys, random values, times and the order of extensions differ with every run, so a new recording is a new
# file. The pages quote the bytes of docs/transcripts: after a new recording, tests/inside/docs/bytes.rs lists
# the quotations that have to follow. Certificates are made here and thrown away.
set -eu
hello=${HELLO:-cargo run --locked --quiet --}
folder=$(mktemp -d)
server=
trap 'if [ -n "$server" ]; then kill "$server"; fi; rm -rf "$folder"' EXIT
$hello certs --dir "$folder/certs" > "$folder/log"
$hello certs --dir "$folder/other" > "$folder/log"

record() { # file, what it shows, options of serve, options of get
  # Without the old log, or its port would be read before the new server has written its own.
  rm -f "$folder/server.log"
  # shellcheck disable=SC2086 # options are words
  $hello serve --listen localhost:0 --certs "$folder/certs" $3 2> "$folder/server.log" &
  server=$!
  until url=$(grep -os 'https://localhost:[0-9]*/' "$folder/server.log"); do
    kill -0 "$server" || exit 1
    sleep 0.1
  done
  # A refused connection is recorded too, and then `get` exits with 1.
  # shellcheck disable=SC2086
  $hello get "$url" $4 --save "$folder/saved" > "$folder/get.log" 2>&1 || true
  kill "$server"
  wait "$server" 2> "$folder/log" || true
  server=
  [ -s "$folder/saved" ] || { cat "$folder/get.log" >&2; exit 1; }
  {
    sed -n 1p "$folder/saved"
    echo "# hello-mtls gets from hello-mtls, $2. Throw-away keys."
    sed 1d "$folder/saved"
  } > "$1"
  rm "$folder/saved"
  echo "$1"
}

mutual="--certs $folder/certs"
alone="--cacert $folder/certs/ca.crt"
for file in "$@"; do
  case $(basename "$file") in
    *mtls13.transcript) record "$file" 'mutual TLS 1.3' '' "$mutual" ;;
    *mtls12.transcript) record "$file" 'mutual TLS 1.2' '' "$mutual --tls-max 1.2" ;;
    *refused13.transcript) record "$file" 'mutual TLS 1.3, no client certificate: refused' '' "$alone" ;;
    *refused12.transcript) record "$file" 'mutual TLS 1.2, no client certificate: refused' '' "$alone --tls-max 1.2" ;;
    *resumed13.transcript) record "$file" 'mutual TLS 1.3, resumed on a ticket' '' "$mutual --twice" ;;
    *stranger13.transcript) record "$file" 'mutual TLS 1.3, and trusts another CA: step 3 refuses the server' '' "--cacert $folder/other/ca.crt" ;;
    *tls13.transcript) record "$file" 'TLS 1.3 without client certificate (--tls)' --tls "$alone" ;;
    *) echo "$file: no recording has this name" >&2; exit 1 ;;
  esac
done
