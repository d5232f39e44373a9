#!/bin/sh
# Installs the third-party programs that the system tests need, from Debian's packages: kcat (librdkafka), a client, and iproute2
# (ip, tc), which lays out networks for nodes.
# Does nothing when they are there. Where they cannot be installed it says why and ends with 1; the tests are then skipped.
set -eu

PATH="$PATH:/usr/sbin:/sbin"
missing=
command -v kcat > /dev/null || missing=kcat
command -v tc > /dev/null || missing="$missing iproute2"
[ -z "$missing" ] && exit 0

if ! command -v apt-get > /dev/null; then
  echo "install-clients.sh: not on PATH, and no apt-get to install it with: $missing; install it by hand" >&2
  exit 1
fi
if [ "$(id -u)" -ne 0 ]; then
  echo "install-clients.sh: not on PATH: $missing; as root, run: apt-get install $missing" >&2
  exit 1
fi

export DEBIAN_FRONTEND=noninteractive
wait="-o DPkg::Lock::Timeout=120"
# shellcheck disable=SC2086
apt-get $wait -qq update < /dev/null && apt-get $wait -qq install -y --no-install-recommends $missing < /dev/null > /dev/null || {
  echo "install-clients.sh: apt-get could not install $missing" >&2
  exit 1
}
