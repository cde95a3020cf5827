//! A PostgreSQL server that lives as long as this test process: in a temporary directory, on a socket there.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;

/// Makes, runs and removes the server. It waits on its standard input, which ends when the test process does, in
/// whatever way. As root it becomes `postgres`, because the server refuses root.
const KEEPER: &str = r#"
set -eu
bin=$1; dir=$2; as=
if [ "$(id -u)" = 0 ]; then
    chown postgres:postgres "$dir"
    as="setpriv --reuid=postgres --regid=postgres --init-groups"
fi
cd /
$as "$bin/initdb" -D "$dir/data" -A trust -U postgres -E UTF8 --locale=C.UTF-8 --no-sync >"$dir/log" 2>&1
$as "$bin/postgres" -D "$dir/data" -k "$dir" -c listen_addresses= -c max_connections=400 \
    -c fsync=off -c synchronous_commit=off -c full_page_writes=off >>"$dir/log" 2>&1 &
server=$!
until "$bin/pg_isready" -q -h "$dir"; do kill -0 $server; done
echo ready
cat >/dev/null || true
kill -INT $server; wait $server || true
rm -rf "$dir"
"#;

static SERVER: LazyLock<Option<Server>> = LazyLock::new(Server::start);

struct Server {
    bin: PathBuf,
    url: String,
    /// Its standard input keeps the server alive.
    _keeper: Option<Child>,
}

/// The address of a new, empty database; `None` when there is no PostgreSQL on this machine.
#[must_use]
pub fn new_database() -> Option<String> {
    let server = SERVER.as_ref()?;
    let name = format!("test_{}", uuid::Uuid::now_v7().simple());
    server.psql(&format!("CREATE DATABASE {name}"));
    let (base, options) = server.url.split_once('?').unwrap_or((&server.url, ""));
    let (host, _) = base.rsplit_once('/')?;
    Some(format!("{host}/{name}?{options}"))
}

impl Server {
    fn start() -> Option<Self> {
        let bin = find_programs()?;
        if let Ok(url) = std::env::var("YZT_TEST_DATABASE_URL") {
            return Some(Self { bin, url, _keeper: None });
        }
        // A short path: that of a socket has 107 bytes at most.
        let directory = tempfile::Builder::new().prefix("yztpg").tempdir_in("/tmp").unwrap().keep();
        let mut keeper = Command::new("sh")
            .args(["-c", KEEPER, "keeper"])
            .args([&bin, &directory])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(keeper.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line, "ready\n", "PostgreSQL did not start: see the log in {}", directory.display());
        let url = format!("postgres:///postgres?host={}&user=postgres", directory.display());
        Some(Self { bin, url, _keeper: Some(keeper) })
    }

    fn psql(&self, statement: &str) {
        let program = self.bin.join("psql");
        let done = Command::new(program).args([&self.url, "-qc", statement]).status().unwrap();
        assert!(done.success(), "psql: {statement}");
    }
}

/// Debian keeps the server's programs out of the path, one directory for each version.
fn find_programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    let mut found: Vec<_> = versions.flatten().map(|entry| entry.path().join("bin")).collect();
    found.sort();
    found.into_iter().rfind(|bin| Path::new(bin).join("initdb").exists())
}
