#!/bin/sh
# Restarts a live cluster one node at a time, without a failed write: each broker when the cluster says that it may stop, the next one
# when that one is back and in sync everywhere; quorum nodes before them, when the quorum is well, and its leader last.
#
#   rolling-restart.sh --server quorum-1:9094 --restart 'ssh {host} sudo systemctl restart curia-broker' \
#                      --restart-quorum 'ssh {host} sudo systemctl restart curia-quorum'
#
#   --server HOST:PORT[,...]    gRPC addresses of quorum nodes (default: $CURIA_SERVER)
#   --restart COMMAND           how a broker is restarted, with {id} and {host} (of rpc.advertised) for its own; without it brokers are left alone
#   --restart-quorum COMMAND    the same for quorum nodes, with {host} of quorum.voters; without it they are left alone
#   --brokers ID[,ID...]        only these brokers (default: all that are known)
#   --wait SECONDS              how long to wait for leave to stop, and for a restarted node, each (default: 600)
#   --dry-run                   say what would be done, in which order
#
# A command may return as soon as the node is told to start. When anything fails it stops there: the nodes after it are as they were. Given
# again, it begins anew; to restart a broker twice does no harm.
set -eu

here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
server=${CURIA_SERVER:-}
restart=
restart_quorum=
only=
wait_seconds=600
dry_run=false
lease_seconds=3600

say() { echo "rolling: $*"; }
fail() {
  echo "rolling: $*" >&2
  exit 1
}
usage() {
  sed -n '2,/^set -eu/{/^set -eu/!s/^# \{0,1\}//p;}' "$0" >&2
  exit 2
}

while [ $# -gt 0 ]; do
  case $1 in
    --dry-run) dry_run=true; shift; continue ;;
    --server | --restart | --restart-quorum | --brokers | --wait) [ $# -ge 2 ] || usage ;;
    *) usage ;;
  esac
  case $1 in
    --server) server=$2 ;;
    --restart) restart=$2 ;;
    --restart-quorum) restart_quorum=$2 ;;
    --brokers) only=$(echo "$2" | tr ',' ' ') ;;
    --wait) wait_seconds=$2 ;;
  esac
  shift 2
done
[ -n "$server" ] || fail "no --server, and CURIA_SERVER is not set: expected the gRPC address of a quorum node, such as quorum-1:9094"
[ -n "$restart$restart_quorum" ] || fail "neither --restart nor --restart-quorum: there is nothing to do"
case $wait_seconds in '' | *[!0-9]*) fail "--wait is '$wait_seconds': expected whole seconds" ;; esac

# In the distribution beside this script, in a source tree above it.
for curia in "$here/curia" "$here/../curia" ""; do
  [ -f "$curia" ] && [ -x "$curia" ] && break
done
[ -n "$curia" ] || fail "there is no curia command beside $0"
ask() { "$curia" --server "$server" "$@"; }

# Runs the command $1 for node $2 on host $3.
run_for() {
  line=$(printf '%s' "$1" | sed "s/{id}/$2/g; s/{host}/$3/g")
  say "  $line"
  sh -c "$line"
}

# Waits until the command "$@" succeeds. Its output is for the one who waits in vain: in $last.
wait_until() {
  deadline=$(($(date +%s) + wait_seconds))
  until last=$("$@" 2>&1); do
    [ "$(date +%s)" -lt "$deadline" ] || return 1
    sleep 0.5
  done
}

# "id host:port" of each quorum node, the leader last.
quorum_nodes() {
  ask quorum status --json | awk -F '[", ]+' '
    $2 == "leaderId" { leader = $4 }
    $2 == "nodeId" { id = $4 }
    $2 == "raft" { if (id == leader) last = id " " $4; else print id, $4 }
    END { if (last != "") print last }'
}

# "id host:port" of each broker.
brokers() {
  ask brokers list --json | awk -F '[", ]+' '
    $2 == "brokerId" { id = $4 }
    $2 == "rpc" { print id, $4 }'
}

quorum_is_well() { ask quorum status --check; }

# The cluster ends a broker's leave to stop when it has started again and is in sync everywhere.
leave_is_over() {
  answer=$(ask brokers safe-to-stop "$1" --json) || [ $? -eq 5 ] || { echo "$answer"; return 1; }
  echo "$answer"
  echo "$answer" | grep -q '"lease": null'
}

restart_quorum_node() {
  wait_until quorum_is_well || fail "the quorum is not well, so node $1 was left alone:
$last"
  leader=$(ask quorum status --json | awk -F '[", ]+' '$2 == "leaderId" { print $4 }')
  if [ "$leader" = "$1" ]; then ask quorum transfer --any || fail "quorum node $1 leads and could not hand over: it was left alone"; fi
  run_for "$restart_quorum" "$1" "$2" || fail "the command failed for quorum node $1: see how it is before you go on"
  wait_until quorum_is_well || fail "quorum node $1 was restarted, and the quorum is not well after $wait_seconds s:
$last"
  say "quorum node $1 is back"
}

restart_broker() {
  ask brokers safe-to-stop "$1" --acquire --lease "$lease_seconds" --wait --timeout "$wait_seconds" ||
    fail "broker $1 may not stop; nothing was done to it. Try again later."
  run_for "$restart" "$1" "$2" || fail "the command failed for broker $1: see how it is. If it is well, 'curia brokers safe-to-stop $1 --release'."
  wait_until leave_is_over "$1" || fail "broker $1 was restarted and is not in sync everywhere after $wait_seconds s: see its log.
$last"
  say "broker $1 is back and in sync"
}

# Runs $1 for each "id host:port" line of $2.
each() {
  [ -n "$2" ] || fail "the cluster at $server named no node to restart"
  # The list is read from another file descriptor: ssh would take the rest of it for its input.
  while read -r id address <&3; do
    host=$(echo "${address%:*}" | tr -d '[]')
    if $dry_run; then say "would restart $id on $host"; else "$1" "$id" "$host"; fi
  done 3<< END
$2
END
}

if [ -n "$restart_quorum" ]; then
  say "quorum nodes, the leader last"
  nodes=$(quorum_nodes)
  each restart_quorum_node "$nodes"
fi
if [ -n "$restart" ]; then
  say "brokers"
  nodes=$(brokers)
  for id in $only; do
    echo "$nodes" | grep -q "^$id " || fail "there is no broker $id: expected some of $(echo "$nodes" | cut -d' ' -f1 | tr '\n' ' ')"
  done
  if [ -n "$only" ]; then nodes=$(for id in $only; do echo "$nodes" | grep "^$id "; done); fi
  each restart_broker "$nodes"
fi
$dry_run || say "done: all are restarted and well"
