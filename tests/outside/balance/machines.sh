#!/bin/sh
# Runs a command with a machine for each part of `make balance`: sh tests/outside/balance/machines.sh COMMAND...
#
# A machine is a network namespace with addresses, routes and ports of its own, and a cable to a bridge. All of them lie in
# a namespace of their own too, so nothing of this system's network changes, and all is gone when the command ends. Where
# the system does not allow that, the command runs without them, and the acts use addresses of loopback.
set -eu

if [ -z "${HELLO_MTLS_MACHINES:-}" ]; then
  export HELLO_MTLS_MACHINES=10.77.0
  # Root may do this, and an ordinary user in a user namespace.
  for kind in '' --map-root-user; do
    # shellcheck disable=SC2086 # no word where it is empty
    if unshare $kind --net --mount sh "$0" true 2> /dev/null; then
      exec unshare $kind --net --mount sh "$0" "$@"
    fi
  done
  unset HELLO_MTLS_MACHINES
  exec "$@"
fi

# `ip netns` keeps its files here, and this is the only process tree that sees them.
mount -t tmpfs tmpfs /run
net=$HELLO_MTLS_MACHINES
ip link set lo up
ip link add bridge type bridge
ip link set bridge up
# Clients are on this side of the bridge.
for last in 8 9; do ip address add "$net.$last/24" dev bridge; done
machine() { # name, last numbers of its addresses
  name=$1
  shift
  ip netns add "$name"
  ip link add "to-$name" type veth peer name cable netns "$name"
  ip link set "to-$name" master bridge up
  for last; do ip -n "$name" address add "$net.$last/24" dev cable; done
  ip -n "$name" link set lo up
  ip -n "$name" link set cable up
}
machine proxy 1 4 5
machine a 2
machine b 3
exec "$@"
