#!/bin/sh
# A whole Curia cluster on this machine, to try things and to break them: three quorum nodes and three brokers, each a process of
# its own, all on loopback and under one folder.
#
#   cluster.sh up           start it (what was kept of an earlier one is used again) and wait until it serves
#   cluster.sh status       which nodes run, and where
#   cluster.sh kill N       kill -9 broker N (1-3) or quorum node qN (q1-q3)
#   cluster.sh restart N    start it again (a running one is stopped first, gracefully)
#   cluster.sh restart --rolling   restart all brokers one after the other, each when the cluster says that it may stop;
#                           with --all also the quorum nodes, before them
#   cluster.sh down         stop everything and remove the folder; --keep leaves data and logs
#
#   CURIA_LOCAL_DIR     the folder (default: .curia/local in the repository)
#   CURIA_LOCAL_PORT    the first of the ports (default: 19000); see "status" for the rest
#   CURIA_LOCAL_WAIT    seconds to wait for readiness (default: 120)
#   CURIA_HEAP_OPTS     the heap of each process (default: -Xmx256m)
set -eu

here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
root=$(CDPATH= cd -- "$here/../.." && pwd)
dir=${CURIA_LOCAL_DIR:-$root/.curia/local}
base=${CURIA_LOCAL_PORT:-19000}
wait_seconds=${CURIA_LOCAL_WAIT:-120}
nodes="q1 q2 q3 1 2 3"
: "${CURIA_HEAP_OPTS:=-Xmx256m}"
export CURIA_HEAP_OPTS

say() { echo "cluster: $*"; }
fail() {
  echo "cluster: $*" >&2
  exit 1
}

# Ports: quorum node N has base+N1 (Raft), +N2 (gRPC), +N3 (HTTP); broker N the same from base+100, with Kafka at +N0.
raft_port() { echo $((base + $1 * 10 + 1)); }
rpc_port() { echo $((base + $1 * 10 + 2)); }
http_port() { echo $((base + $1 * 10 + 3)); }
kafka_port() { echo $((base + 100 + $1 * 10)); }
broker_rpc_port() { echo $((base + 100 + $1 * 10 + 2)); }
broker_http_port() { echo $((base + 100 + $1 * 10 + 3)); }

quorum_servers() { echo "127.0.0.1:$(rpc_port 1),127.0.0.1:$(rpc_port 2),127.0.0.1:$(rpc_port 3)"; }

check_node() {
  case " $nodes " in
    *" ${1:-} "*) [ -n "${1:-}" ] && return 0 ;;
  esac
  fail "there is no node '${1:-}': expected a broker 1, 2, 3 or a quorum node q1, q2, q3."
}

health_port() {
  case $1 in
    q*) http_port "${1#q}" ;;
    *) broker_http_port "$1" ;;
  esac
}

ports_of() {
  case $1 in
    q*) echo "$(raft_port "${1#q}") $(rpc_port "${1#q}") $(http_port "${1#q}")" ;;
    *) echo "$(kafka_port "$1") $(broker_rpc_port "$1") $(broker_http_port "$1")" ;;
  esac
}

# The node's process id, if it runs. A recorded id may belong to a stranger by now: its command line must name our file.
pid_of() {
  [ -r "$dir/$1/pid" ] || return 1
  pid=$(cat "$dir/$1/pid")
  kill -0 "$pid" 2>/dev/null || return 1
  ps -o args= -p "$pid" 2>/dev/null | grep -qF "$dir/$1/server.properties" || return 1
  echo "$pid"
}

voters() {
  list=
  for n in 1 2 3; do list="$list,$((100 + n))@127.0.0.1:$(raft_port $n):$(rpc_port $n)"; done
  echo "${list#,}"
}

write_config() {
  mkdir -p "$dir/$1"
  case $1 in
    q*)
      n=${1#q}
      cat > "$dir/$1/server.properties" << END
process.roles=quorum
node.id=$((100 + n))
cluster.id=local
quorum.voters=$(voters)
quorum.data.dir=$dir/$1/data
default.replication.factor=3
http.listener=127.0.0.1:$(http_port "$n")
END
      ;;
    *)
      cat > "$dir/$1/server.properties" << END
process.roles=broker
node.id=$1
cluster.id=local
quorum.bootstrap.servers=$(quorum_servers)
listeners=PLAINTEXT://127.0.0.1:$(kafka_port "$1")
advertised.listeners=PLAINTEXT://127.0.0.1:$(kafka_port "$1")
rpc.listener=127.0.0.1:$(broker_rpc_port "$1")
rpc.advertised=127.0.0.1:$(broker_rpc_port "$1")
http.listener=127.0.0.1:$(broker_http_port "$1")
log.dirs=$dir/$1/data
console.messages.enable=true
broker.rack=rack-$1
default.replication.factor=3
offsets.topic.replication.factor=3
transaction.state.log.replication.factor=3
END
      ;;
  esac
}

# 0 when something listens on the port, on any address.
port_taken() {
  if command -v ss > /dev/null; then
    ss -ltnH "sport = :$1" 2>/dev/null | grep -q .
  elif [ -r /proc/net/tcp ]; then
    hex=$(printf ':%04X ' "$1")
    cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | awk -v p="$hex" 'index($2 " ", p) && $4 == "0A" { found = 1 } END { exit !found }'
  else
    return 1
  fi
}

check_ports() {
  for port in $(ports_of "$1"); do
    port_taken "$port" && fail "port $port, needed by node $1, is in use by another process. Stop that, or choose other ports with CURIA_LOCAL_PORT."
  done
  return 0
}

start_node() {
  check_ports "$1"
  format=
  # A voter is formatted once, ever: on an empty disk later it must not vote.
  case $1 in
    q*) [ -e "$dir/$1/formatted" ] || format=--format ;;
  esac
  # shellcheck disable=SC2086
  CURIA_BUILD=never "$root/curia" server --config "$dir/$1/server.properties" $format >> "$dir/$1/log" 2>&1 < /dev/null &
  echo $! > "$dir/$1/pid"
}

http_get() {
  if command -v curl > /dev/null; then
    curl -s -f -m 2 "$1"
  else
    wget -q -T 2 -O - "$1" 2>/dev/null
  fi
}

# Waits until the named nodes are ready; they start at the same time.
wait_ready() {
  deadline=$(($(date +%s) + wait_seconds))
  for node in "$@"; do
    until http_get "http://127.0.0.1:$(health_port "$node")/health/ready" > /dev/null; do
      if ! pid_of "$node" > /dev/null; then
        tail -n 15 "$dir/$node/log" >&2
        fail "node $node stopped; the end of $dir/$node/log is above."
      fi
      if [ "$(date +%s)" -ge "$deadline" ]; then
        curl -s -m 2 "http://127.0.0.1:$(health_port "$node")/health/ready" >&2 || true
        fail "node $node is not ready after $wait_seconds s; see $dir/$node/log. What runs goes on: '$0 status', '$0 down'."
      fi
      sleep 0.1
    done
    case $node in q*) : > "$dir/$node/formatted" ;; esac
  done
}

# Waits until the system has let go of an ended process, and so of its ports. Bounded: where nobody reaps it, its id stays.
wait_gone() {
  tries=0
  while kill -0 "$1" 2>/dev/null && [ $tries -lt 40 ]; do
    tries=$((tries + 1))
    sleep 0.05
  done
}

# SIGTERM, and after ten seconds SIGKILL.
stop_node() {
  pid=$(pid_of "$1") || return 0
  kill "$pid" 2>/dev/null || return 0
  tries=0
  while pid_of "$1" > /dev/null; do
    tries=$((tries + 1))
    if [ $tries -gt 100 ]; then
      say "node $1 did not stop within 10 s: killing it"
      kill -9 "$pid" 2>/dev/null || true
      break
    fi
    sleep 0.1
  done
  wait_gone "$pid"
}

build() {
  # Builds the distribution if need be; nodes then start from it without looking again.
  "$root/curia" --version > /dev/null || exit 1
}

status() {
  [ -d "$dir" ] || { say "not there: '$0 up' starts one in $dir"; return 0; }
  for node in $nodes; do
    if pid=$(pid_of "$node"); then
      if http_get "http://127.0.0.1:$(health_port "$node")/health/ready" > /dev/null; then state=ready; else state="not ready"; fi
    else
      pid=-
      state=stopped
    fi
    case $node in
      q*) where="grpc 127.0.0.1:$(rpc_port "${node#q}")  http 127.0.0.1:$(health_port "$node")" ;;
      *) where="kafka 127.0.0.1:$(kafka_port "$node")  grpc 127.0.0.1:$(broker_rpc_port "$node")  http 127.0.0.1:$(health_port "$node")" ;;
    esac
    printf '%-3s %-10s pid %-8s %s\n' "$node" "$state" "$pid" "$where"
  done
}

up() {
  build
  for node in $nodes; do pid_of "$node" > /dev/null || check_ports "$node"; done
  for node in $nodes; do
    pid_of "$node" > /dev/null && continue
    write_config "$node"
    start_node "$node"
  done
  say "starting in $dir ..."
  # shellcheck disable=SC2086
  wait_ready $nodes
  say "ready"
  say "  Kafka clients:  127.0.0.1:$(kafka_port 1),127.0.0.1:$(kafka_port 2),127.0.0.1:$(kafka_port 3)"
  say "  curia command:  export CURIA_SERVER=$(quorum_servers)"
  say "  metrics:        http://127.0.0.1:$(broker_http_port 1)/metrics"
  say "  logs:           $dir/{q1,q2,q3,1,2,3}/log"
}

# All brokers; with "--all" the quorum nodes before them.
rolling() {
  [ -e "$dir/1/server.properties" ] || fail "there is no cluster in $dir: '$0 up' starts one"
  case ${1:-} in
    --all) set -- --restart-quorum "'$0' restart q\$(({id} - 100))" ;;
    '') set -- ;; # or it would be passed on
    *) fail "unknown option '$1': expected --rolling or --rolling --all" ;;
  esac
  build
  CURIA_BUILD=never "$here/../rolling-restart.sh" --server "$(quorum_servers)" --wait "$wait_seconds" --restart "'$0' restart {id}" "$@"
}

down() {
  [ -d "$dir" ] || { say "nothing to stop in $dir"; return 0; }
  pids=
  for node in $nodes; do
    pid=$(pid_of "$node") || continue
    pids="$pids $pid"
    kill "$pid" 2>/dev/null || true
  done
  for node in $nodes; do stop_node "$node"; done
  for pid in $pids; do wait_gone "$pid"; done
  if [ "${1:-}" = --keep ]; then
    for node in $nodes; do rm -f "$dir/$node/pid"; done
    say "stopped; data and logs are kept in $dir"
  else
    for node in $nodes; do rm -rf "${dir:?}/$node"; done
    rmdir "$dir" 2>/dev/null || say "$dir is not empty: what is not the cluster's was left there"
    rmdir "$root/.curia" 2>/dev/null || true
    say "stopped, nothing left"
  fi
}

case ${1:-} in
  up) up ;;
  down) down "${2:-}" ;;
  status) status ;;
  kill)
    check_node "${2:-}"
    pid=$(pid_of "$2") || fail "node $2 does not run"
    kill -9 "$pid"
    wait_gone "$pid"
    say "killed node $2 (pid $pid)"
    ;;
  restart)
    if [ "${2:-}" = --rolling ]; then
      rolling "${3:-}"
      exit 0
    fi
    check_node "${2:-}"
    [ -e "$dir/$2/server.properties" ] || fail "there is no cluster in $dir: '$0 up' starts one"
    build
    stop_node "$2"
    start_node "$2"
    wait_ready "$2"
    say "node $2 is ready"
    ;;
  *)
    sed -n '2,/^set -eu/{/^set -eu/!s/^# \{0,1\}//p;}' "$0" >&2
    exit 2
    ;;
esac
