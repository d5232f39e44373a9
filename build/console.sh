#!/usr/bin/env bash
# Builds the web console from broker-node/console, as package-lock.json has it, and puts what comes out where the jar takes it from. That is
# committed: the Maven build needs no Node.js. Needs Node.js 20.19 or newer, and npm.
#
#   build/console.sh           builds, and replaces the committed output
#   build/console.sh --check   builds in a directory of its own, and fails when that is not what is committed, byte for byte
#
# Ends with 3 when the packages cannot be had.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
source=$root/broker-node/console
output=$root/broker-node/src/main/resources/dev/curia/broker/console/web

case "${1:-}" in
  '') ;;
  --check)
    scratch=$(mktemp -d)
    trap 'rm -rf "$scratch"' EXIT
    tar -C "$source" --exclude=./node_modules --exclude=./dist -cf - . | tar -C "$scratch" -xf -
    source=$scratch
    ;;
  *)
    echo "build/console.sh: unknown argument '$1', expected --check or none" >&2
    exit 2
    ;;
esac

cd "$source"
npm ci --ignore-scripts --no-audit --no-fund --silent || {
  echo "build/console.sh: npm could not get the packages that package-lock.json names, or Node.js is too old ($(node --version))" >&2
  exit 3
}
npm run --silent build

if [ "${1:-}" = --check ]; then
  diff -r "$source/dist" "$output" || {
    echo "build/console.sh: what is committed is not what the sources make: run build/console.sh and commit $output" >&2
    exit 1
  }
  echo "the committed console is what its sources make"
  exit
fi
rm -rf "$output"
mkdir -p "$output"
cp -R "$source/dist/." "$output"
