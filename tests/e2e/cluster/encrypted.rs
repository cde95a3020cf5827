//! TLS to PostgreSQL and Redis, with the certificates of an authority of one's own.

use std::net::TcpListener;
use std::path::{Path, PathBuf};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use yzt_api::app::StartError;
use yzt_api::clock::Clock;
use yzt_api::server;

use super::*;

/// A directory for a service, with a certificate for `localhost`, and a foreign authority's beside it.
struct Papers {
    directory: PathBuf,
    port: u16,
}

impl Papers {
    fn new() -> Self {
        let (ours, foreign) = (authority("ours"), authority("foreign"));
        let key = KeyPair::generate().unwrap();
        let certificate =
            CertificateParams::new(["localhost".to_owned()]).unwrap().signed_by(&key, &ours).unwrap();
        // Long enough a port for the moment between this and the service's start.
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let papers = Self { directory: keeper::directory(), port };
        papers.write("ca.pem", &ours.pem());
        papers.write("foreign.pem", &foreign.pem());
        papers.write("server.pem", &certificate.pem());
        papers.write("server.key", &key.serialize_pem());
        papers
    }

    fn path(&self, name: &str) -> String {
        self.directory.join(name).to_str().unwrap().to_owned()
    }

    fn write(&self, name: &str, text: &str) {
        use std::os::unix::fs::PermissionsExt;
        std::fs::write(self.path(name), text).unwrap();
        let private = std::fs::Permissions::from_mode(0o600);
        std::fs::set_permissions(Path::new(&self.path(name)), private).unwrap();
    }
}

fn authority(name: &str) -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::new([]).unwrap();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

#[tokio::test]
async fn postgresql_is_believed_under_its_own_authority_and_no_other() {
    let papers = Papers::new();
    let (certificate, key) = (papers.path("server.pem"), papers.path("server.key"));
    let options = [
        "listen_addresses=127.0.0.1".to_owned(),
        "ssl=on".to_owned(),
        format!("ssl_cert_file={certificate}"),
        format!("ssl_key_file={key}"),
    ];
    let options: Vec<&str> = options.iter().flat_map(|option| ["-c", option.as_str()]).collect();
    let server = Postgres::start_in(papers.directory.clone(), papers.port, &options);
    let Some(_server) = server.or_else(|| database::missing("PostgreSQL in /usr/lib/postgresql")) else {
        return;
    };
    let url = |ca: &str| {
        let (port, ca) = (papers.port, papers.path(ca));
        format!("postgres://postgres@localhost:{port}/postgres?sslmode=verify-full&sslrootcert={ca}")
    };
    let app = TestApp::spawn_on(TestDatabase::at(url("ca.pem")), |_| ()).await;
    assert_eq!(app.visitor().get("/readyz").await.status, 200);

    let refused = start(|config| config.database_url = Secret::from(url("foreign.pem"))).await;
    let Err(StartError::Store(error)) = refused else { panic!("started") };
    assert!(error.to_string().contains("certificate verify failed"), "{error}");
}

#[tokio::test]
async fn redis_is_believed_under_its_own_authority_and_no_other() {
    let papers = Papers::new();
    let (port, ca) = (papers.port.to_string(), papers.path("ca.pem"));
    let (certificate, key) = (papers.path("server.pem"), papers.path("server.key"));
    let options = [
        ["--bind", "127.0.0.1"],
        ["--tls-port", &port],
        ["--tls-ca-cert-file", &ca],
        ["--tls-cert-file", &certificate],
        ["--tls-key-file", &key],
        ["--tls-auth-clients", "no"],
    ];
    let server = Redis::start_in(papers.directory.clone(), &options.concat());
    let Some(_server) = server.or_else(|| database::missing("redis-server")) else { return };
    for (ca, works) in [("ca.pem", true), ("foreign.pem", false)] {
        let app = TestApp::spawn_with(|config| {
            config.redis_url = Secret::from(format!("rediss://localhost:{port}"));
            config.redis_ca_file = papers.path(ca);
        })
        .await;
        assert_eq!(is_whole(&app).await, works, "{ca}");
        let challenge = app.officer().await.post("/v1/device-challenges", &json!({})).await;
        assert_eq!(challenge.status.as_u16(), if works { 201 } else { 503 });
    }
}

#[tokio::test]
async fn an_authority_that_cannot_be_read_stops_the_start() {
    let refused = start(|config| {
        config.redis_url = Secret::from("rediss://localhost:1".to_owned());
        config.redis_ca_file = "/nowhere/ca.pem".to_owned();
    })
    .await;
    let Err(StartError::Ephemeral(error)) = refused else { panic!("started") };
    assert!(error.to_string().starts_with("redis_ca_file: /nowhere/ca.pem: "), "{error}");
}

async fn start(change: impl FnOnce(&mut Config)) -> Result<(), StartError> {
    let directory = TempDir::new().unwrap();
    let mut config = Config {
        bind: "127.0.0.1:0".to_owned(),
        data_dir: directory.path().to_str().unwrap().to_owned(),
        keystore_rounds: 1,
        ..Config::default()
    };
    change(&mut config);
    server::spawn(config, Clock::System).await.map(drop)
}
