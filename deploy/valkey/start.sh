#!/bin/sh
# Runs a node. Takes POD_IP, PORT, PEERS (the names of all nodes) and REDISCLI_AUTH, the password.
#
# Nodes know each other by their addresses, which pods change. One that comes back elsewhere tells the others; where all did, nobody
# finds anybody, until they are told to meet at their new ones.
set -eu

cli() {
  valkey-cli -h "$POD_IP" -p "$PORT" "$@" | tr -d '\r'
}

meet_again() {
  for name in $PEERS; do
    address=$(getent ahostsv4 "$name" | { read -r first _ && echo "$first"; }) || continue
    [ "$address" = "$POD_IP" ] || cli cluster meet "$address" "$PORT" >/dev/null
  done
}

look_after_peers() {
  while sleep 5; do
    info=$(cli cluster info 2>/dev/null)
    # A node that knows itself alone has not been made part of a cluster yet.
    if echo "$info" | grep -qx cluster_state:fail && ! echo "$info" | grep -qx cluster_known_nodes:1; then
      meet_again
    fi
  done
}

look_after_peers &
# By its standard input, so that the password does not stand in the command line.
exec valkey-server - <<CONFIG
port $PORT
bind $POD_IP
protected-mode no
dir ${DATA:-/data}
cluster-enabled yes
cluster-announce-ip $POD_IP
cluster-node-timeout 5000
appendonly yes
maxmemory ${MAXMEMORY:-1200mb}
maxmemory-policy noeviction
requirepass $REDISCLI_AUTH
masterauth $REDISCLI_AUTH
CONFIG
