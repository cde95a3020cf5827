#!/bin/sh
# Makes, runs and removes a PostgreSQL server: postgres.sh BIN DIRECTORY PORT [OPTION…]
#
# It takes orders on its standard input, a word a line, and says when each is done. When the input ends, because who
# started it ended in whatever way, it stops the server and removes the directory. As root it becomes `postgres`,
# because the server refuses root.
set -eu
bin=$1 dir=$2 port=$3 as=
shift 3

start() {
    $as "$bin/postgres" -D "$dir/data" -k "$dir" -p "$port" -c listen_addresses= -c max_connections=400 \
        -c fsync=off -c synchronous_commit=off -c full_page_writes=off "$@" >>"$dir/log" 2>&1 &
    server=$!
    until "$bin/pg_isready" -q -h "$dir" -p "$port"; do kill -0 $server || return 1; done
}

stop() {
    kill "$1" $server
    wait $server || true
}

if [ "$(id -u)" = 0 ]; then
    chown -R postgres:postgres "$dir"
    as="setpriv --reuid=postgres --regid=postgres --init-groups"
fi
cd /
$as "$bin/initdb" -D "$dir/data" -A trust -U postgres -E UTF8 --locale=C.UTF-8 --no-sync >>"$dir/log" 2>&1
start "$@"
echo ready
running=yes
while read -r order; do
    case $order in
        start) start "$@" && running=yes ;;
        stop) stop -INT && running=no ;;
        crash) stop -QUIT && running=no ;;
    esac
    echo "$order"
done
if [ $running = yes ]; then
    stop -INT
fi
rm -rf "$dir"
