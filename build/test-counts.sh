#!/usr/bin/env bash
# Adds up the test reports of all modules and prints one line: N passed, N failed, N skipped.
cd "$(dirname "$0")/.." || exit 1
find . -path '*/target/surefire-reports*/TEST-*.xml' -print0 | xargs -0 -r grep -ho '<testsuite [^>]*>' | awk '
  function count(name,  part) {
    if (!match($0, " " name "=\"[0-9]+\"")) return 0
    part = substr($0, RSTART, RLENGTH)
    gsub(/[^0-9]/, "", part)
    return part + 0
  }
  { tests += count("tests"); failed += count("failures") + count("errors"); skipped += count("skipped") }
  END { printf "%d passed, %d failed, %d skipped\n", tests - failed - skipped, failed, skipped }'
