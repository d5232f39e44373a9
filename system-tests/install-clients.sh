#!/bin/sh
# Installs the third-party clients that the system tests drive a server with, from Debian's packages: kcat (librdkafka).
# Does nothing when they are there. Where they cannot be installed it says why and ends with 1; the tests are then skipped.
set -eu

command -v kcat > /dev/null && exit 0

if ! command -v apt-get > /dev/null; then
  echo "install-clients.sh: no kcat on PATH and no apt-get to install it with: install kcat by hand" >&2
  exit 1
fi
if [ "$(id -u)" -ne 0 ]; then
  echo "install-clients.sh: no kcat on PATH; as root, run: apt-get install kcat" >&2
  exit 1
fi

export DEBIAN_FRONTEND=noninteractive
wait="-o DPkg::Lock::Timeout=120"
# shellcheck disable=SC2086
apt-get $wait -qq update < /dev/null && apt-get $wait -qq install -y --no-install-recommends kcat < /dev/null > /dev/null || {
  echo "install-clients.sh: apt-get could not install kcat" >&2
  exit 1
}
