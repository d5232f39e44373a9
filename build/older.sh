#!/usr/bin/env bash
# Builds the distribution of an older commit from the repository's history, for tests of upgrades, and prints where it is. One that is there
# already is used again.
#
#   build/older.sh COMMIT DIRECTORY
#
#   CURIA_MVN   the Maven to use, with options (default: mvn)
set -euo pipefail

commit=${1:?COMMIT is missing}
directory=${2:?DIRECTORY is missing}
root=$(cd "$(dirname "$0")/.." && pwd)
built=$directory/$commit
sources=$built.sources

if [ ! -x "$built/bin/curia" ]; then
  if ! git -C "$root" cat-file -e "$commit^{tree}" 2> /dev/null; then
    echo "older: commit $commit is not in $root: expected a clone with the whole history" >&2
    exit 1
  fi
  rm -rf "$built" "$sources"
  mkdir -p "$sources"
  git -C "$root" archive "$commit" | tar -x -C "$sources"
  # shellcheck disable=SC2086
  if ! (cd "$sources" && ${CURIA_MVN:-mvn} -q -B -Dstyle.color=never -Pquick -pl deploy -am package) > "$built.log" 2>&1 < /dev/null; then
    grep -E '^\[ERROR\]' "$built.log" | head -n 5 >&2 || true
    echo "older: $commit could not be built, see $built.log" >&2
    exit 1
  fi
  mv "$sources"/deploy/target/curia-*/ "$built"
  rm -rf "$sources"
fi
echo "$built"
