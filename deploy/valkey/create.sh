#!/bin/sh
# Makes a cluster of the nodes, once, and waits until it is one. Takes PORT, PEERS (the names of all nodes) and REDISCLI_AUTH, the
# password.
set -eu

addresses=""
for name in $PEERS; do
  until address=$(getent ahostsv4 "$name" | { read -r first _ && echo "$first"; }) &&
    valkey-cli -h "$address" -p "$PORT" ping 2>/dev/null | grep -qx PONG; do
    sleep 1
  done
  addresses="$addresses $address"
done

says() { # ADDRESS LINE
  valkey-cli -h "$1" -p "$PORT" cluster info | tr -d '\r' | grep -qx "$2"
}

if ! says "$address" cluster_slots_assigned:16384; then
  places=""
  for each in $addresses; do places="$places $each:$PORT"; done
  # shellcheck disable=SC2086 # a word each
  valkey-cli --cluster create $places --cluster-replicas 1 --cluster-yes
fi
for each in $addresses; do
  until says "$each" cluster_state:ok; do sleep 1; done
done
