#!/bin/sh
# install-clients.sh [PROGRAM...]: installs third-party programs that the system tests need, from Debian's packages: kcat (librdkafka),
# a client; tc and ip, which lay out networks for nodes; node and npm, which run JavaScript clients; chromium, a browser for the web
# console; kafka-python, a client; promtool, which reads alerts (alone, without the server that is in its package and would be started). Without arguments: kcat and tc.
# Does nothing when they are there. Where they cannot be installed it says why and ends with 1; the tests are then skipped.
set -eu

PATH="$PATH:/usr/sbin:/sbin"
[ "$#" -eq 0 ] && set -- kcat tc
missing=
unpacked=
for program in "$@"; do
  case "$program" in
    kcat) command -v kcat > /dev/null || missing="$missing kcat" ;;
    tc) command -v tc > /dev/null || missing="$missing iproute2" ;;
    node) command -v node > /dev/null || missing="$missing nodejs" ;;
    chromium) command -v chromium > /dev/null || missing="$missing chromium" ;;
    npm) command -v npm > /dev/null || missing="$missing npm" ;;
    promtool) command -v promtool > /dev/null || unpacked="prometheus" ;;
    kafka-python) /usr/bin/python3 -c 'import kafka' 2> /dev/null || missing="$missing python3-kafka" ;;
    *) echo "install-clients.sh: does not know $program; expected kcat, tc, node, npm, chromium, promtool or kafka-python" >&2; exit 1 ;;
  esac
done
[ -z "$missing$unpacked" ] && exit 0

if ! command -v apt-get > /dev/null; then
  echo "install-clients.sh: not there, and no apt-get to install it with:$missing $unpacked; install it by hand" >&2
  exit 1
fi
if [ "$(id -u)" -ne 0 ]; then
  echo "install-clients.sh: not there:$missing $unpacked; as root, run: apt-get install$missing $unpacked" >&2
  exit 1
fi

# One at a time: apt-get fails where another of its kind fetches the lists.
exec 9> "${TMPDIR:-/tmp}/curia-install-clients.lock"
flock -w 120 9
export DEBIAN_FRONTEND=noninteractive
wait="-o DPkg::Lock::Timeout=120"
# shellcheck disable=SC2086
apt-get $wait -qq update < /dev/null && { [ -z "$missing" ] || apt-get $wait -qq install -y --no-install-recommends $missing < /dev/null > /dev/null; } || {
  echo "install-clients.sh: apt-get could not install$missing" >&2
  exit 1
}
[ -z "$unpacked" ] && exit 0
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
apt-get -qq -o APT::Sandbox::User=root download prometheus < /dev/null > /dev/null && dpkg-deb -x prometheus_*.deb . && install -m 755 usr/bin/promtool /usr/local/bin/promtool || {
  echo "install-clients.sh: promtool could not be had from the package prometheus" >&2
  exit 1
}
