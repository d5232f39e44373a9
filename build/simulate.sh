#!/usr/bin/env bash
# Simulates whole clusters, each from one seed, and says what came of it.
set -euo pipefail
cd "$(dirname "$0")/.."

usage() {
  cat <<'END'
Usage: build/simulate.sh [--seeds N] [--first N]   N seeds (1000), from this one on (1)
       build/simulate.sh --seed N [--log]          one seed, and all that happens in it; with the nodes' own logs
END
}

options=()
while [ $# -gt 0 ]; do
  case "$1" in
    --seeds|--first|--seed)
      [ $# -ge 2 ] || { echo "simulate.sh: $1 needs a number" >&2; usage >&2; exit 2; }
      options+=("-Dsim.${1#--}=$2"); shift 2 ;;
    --log) options+=("-Dsim.log=true"); shift ;;
    --help|-h) usage; exit 0 ;;
    *) echo "simulate.sh: unknown option $1" >&2; usage >&2; exit 2 ;;
  esac
done

output=$PWD/broker-node/target/simulation.txt
mkdir -p "${output%/*}"
: >"$output"
mvn -q test -Psimulation -pl broker-node -am -Dtest=ManySeedsTest -Dsurefire.failIfNoSpecifiedTests=false "-Dsim.out=$output" \
  "${options[@]}" >"$output.mvn" 2>&1 &
maven=$!
trap 'kill "$maven" 2>/dev/null || true' INT TERM
tail -n +1 -f --pid="$maven" "$output"
status=0
wait "$maven" || status=$?
# What the build itself had to say, when it is not that seeds failed.
[ "$status" -eq 0 ] || [ -s "$output" ] || cat "$output.mvn" >&2
exit "$status"
