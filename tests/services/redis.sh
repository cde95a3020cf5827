#!/bin/sh
# Makes, runs and removes a Redis server that remembers nothing: redis.sh DIRECTORY [OPTION…]
#
# It takes orders on its standard input, as postgres.sh does.
set -eu
dir=$1
shift

start() {
    rm -f "$dir/socket"
    redis-server --port 0 --unixsocket "$dir/socket" --unixsocketperm 700 --save '' --appendonly no --dir "$dir" \
        "$@" >>"$dir/log" 2>&1 &
    server=$!
    until redis-cli -s "$dir/socket" ping >/dev/null 2>&1; do kill -0 $server || return 1; done
}

start "$@"
echo ready
running=yes
while read -r order; do
    case $order in
        start) start "$@" && running=yes ;;
        kill) kill -KILL $server && running=no ;;
        # Holds still: takes connections, answers nothing.
        freeze) kill -STOP $server ;;
        thaw) kill -CONT $server ;;
    esac
    if [ "$order" = kill ]; then
        wait $server || true
    fi
    echo "$order"
done
if [ $running = yes ]; then
    kill -KILL $server
fi
rm -rf "$dir"
