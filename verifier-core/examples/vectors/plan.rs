//! A plain good scan, typed: change what a vector is about, then make its bytes.

use std::collections::BTreeMap;
use std::convert::Infallible;

use verifier_core::Seconds;
use verifier_core::credential::Credential;
use verifier_core::presentation::{Cti, Maker, Presentation};
use verifier_core::sm2::SigningKey;
use verifier_core::status::{Status, StatusClaims};
use verifier_core::token;
use verifier_core::trust::{Issuer, IssuerKey, KeyUse, TrustClaims};

use super::faces::{FIRST_DAY, face};
use super::parts::{Parts, key};
use super::scan::Scan;

/// 2026-11-20 10:30:00 in China.
pub const NOW: Seconds = Seconds(1_795_141_800);
/// The deployment's public address.
pub const ADDRESS: &str = "https://yzt.example.gov.cn";
/// Names the presentation.
pub const CTI: Cti = Cti([0xc7, 0x1e, 0x5d, 0x3a, 0x90, 0x42, 0x6b, 0xf8]);

pub const HOUR: u64 = 3_600;
pub const DAY: u64 = 24 * HOUR;

/// Everything that goes into one scan.
#[derive(Clone)]
pub struct Plan {
    pub now: Seconds,
    pub credential: Credential,
    pub seal_key: SigningKey,
    pub presentation: Presentation,
    pub maker: Maker,
    /// Signs the presentation.
    pub shown_by: SigningKey,
    pub trust: TrustClaims,
    pub root: SigningKey,
    /// Pinned in the client.
    pub roots: Vec<SigningKey>,
    /// By issuer prefix, each with the key that signs it.
    pub status: BTreeMap<&'static str, (StatusClaims, SigningKey)>,
    /// `None`: the newest time in the bundle.
    pub clock_floor: Option<Seconds>,
    pub seen: Vec<Cti>,
}

impl Plan {
    /// A driver of Shenyang shows the server's code made 20 seconds ago; the officer's bundle is of this morning.
    pub fn at(now: Seconds) -> Self {
        Self {
            now,
            credential: Credential {
                issuer: "210100".to_owned(),
                expires: now.plus(90 * DAY),
                valid_from: FIRST_DAY.start(),
                sealed: now.minus(10 * DAY),
                device_key: None,
                face: face(71),
            },
            seal_key: key("21 seal"),
            presentation: Presentation { made: now.minus(20), expires: now.plus(40), cti: CTI },
            maker: Maker::Server,
            shown_by: key("21 presentation"),
            trust: trust(now),
            root: key("root"),
            roots: vec![key("root")],
            status: BTreeMap::from([("21", (status_list("21", now), key("21 status")))]),
            clock_floor: None,
            seen: Vec::new(),
        }
    }

    /// The same made by the server, now.
    pub fn server() -> Self {
        Self::at(NOW)
    }

    /// The same made by the holder's phone, now.
    pub fn phone() -> Self {
        let mut plan = Self::at(NOW);
        plan.credential.device_key = Some(key("phone").public_key());
        plan.maker = Maker::Device;
        plan.shown_by = key("phone");
        plan
    }

    /// Changes the plan in one expression.
    pub fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    /// Sets what the status list says of the certificate.
    pub fn with_status(self, status: Status) -> Self {
        self.with(|plan| {
            let index = plan.credential.face.status_index;
            plan.list("21", |list| list.entries = BTreeMap::from([(index, status)]));
        })
    }

    /// Changes an issuer's status list before it is signed.
    pub fn list(&mut self, prefix: &str, change: impl FnOnce(&mut StatusClaims)) {
        if let Some((list, _)) = self.status.get_mut(prefix) {
            change(list);
        }
    }

    /// Changes the keys an issuer has for a use.
    pub fn keys(&mut self, prefix: &str, key_use: KeyUse, change: impl Fn(&mut IssuerKey)) {
        let issuers = self.trust.issuers.iter_mut().filter(|issuer| issuer.prefix == prefix);
        issuers.flat_map(|i| &mut i.keys).filter(|key| key.key_use == key_use).for_each(change);
    }

    /// The sealed certificate.
    pub fn sealed(&self) -> Vec<u8> {
        done(self.credential.seal(&self.seal_key))
    }

    /// A presentation of `credential`.
    pub fn shown(&self, credential: &[u8]) -> Vec<u8> {
        done(self.presentation.sign(credential, self.maker, &self.shown_by))
    }

    /// The scan.
    pub fn scan(&self) -> Scan {
        self.scan_of(&self.shown(&self.sealed()))
    }

    /// The same scan of another presentation.
    pub fn scan_of(&self, presentation: &[u8]) -> Scan {
        let lists =
            self.status.iter().map(|(prefix, (list, key))| ((*prefix).to_owned(), done(list.sign(key))));
        let newest = self.status.values().map(|(list, _)| list.issued).fold(self.trust.issued, Seconds::max);
        Scan {
            code: token::format(ADDRESS, presentation),
            trust_list: done(self.trust.sign(&self.root)),
            status_lists: lists.collect(),
            roots: self.roots.iter().map(SigningKey::public_key).collect(),
            now: self.now,
            clock_floor: self.clock_floor.unwrap_or(newest),
            seen: self.seen.clone(),
        }
    }

    /// The scan of a presentation that was changed before it was signed.
    pub fn presenting(&self, change: impl FnOnce(&mut Parts)) -> Scan {
        self.scan_of(&changed(&self.shown(&self.sealed()), change, &self.shown_by))
    }

    /// The scan of a certificate that was changed before it was sealed.
    pub fn sealing(&self, change: impl FnOnce(&mut Parts)) -> Scan {
        self.scan_of(&self.shown(&changed(&self.sealed(), change, &self.seal_key)))
    }

    /// The scan with a trust list that was changed before it was signed.
    pub fn trusting(&self, change: impl FnOnce(&mut Parts)) -> Scan {
        let scan = self.scan();
        Scan { trust_list: changed(&scan.trust_list, change, &self.root), ..scan }
    }

    /// The scan with a status list that was changed before it was signed.
    pub fn listing(&self, change: impl FnOnce(&mut Parts)) -> Scan {
        let mut scan = self.scan();
        if let (Some(bytes), Some((_, key))) = (scan.status_lists.get_mut("21"), self.status.get("21")) {
            *bytes = changed(bytes, change, key);
        }
        scan
    }
}

/// A key of an issuer, good from a month before `now` to a year after.
pub fn issuer_key(name: &str, key_use: KeyUse, now: Seconds) -> IssuerKey {
    IssuerKey {
        key_use,
        public_key: key(name).public_key(),
        not_before: now.minus(30 * DAY),
        expires: now.plus(365 * DAY),
        revoked: None,
        revoked_all: false,
    }
}

/// An issuer with one key of each use.
pub fn issuer(prefix: &str, name: &str, now: Seconds) -> Issuer {
    let key = |key_use: KeyUse| issuer_key(&format!("{prefix} {}", key_use.name()), key_use, now);
    Issuer {
        prefix: prefix.to_owned(),
        name: name.to_owned(),
        verify_url: format!("https://yzt-{prefix}.example.gov.cn"),
        status_url: format!("https://yzt-{prefix}.example.gov.cn/v1/status/{prefix}"),
        keys: vec![key(KeyUse::Seal), key(KeyUse::Presentation), key(KeyUse::Status)],
    }
}

/// The status list of an issuer, an hour old, in which everything is in force.
pub fn status_list(prefix: &str, now: Seconds) -> StatusClaims {
    StatusClaims {
        sub: issuer(prefix, "", now).status_url,
        issued: now.minus(HOUR),
        expires: now.plus(7 * DAY - HOUR),
        ttl: HOUR,
        length: 4_096,
        entries: BTreeMap::new(),
    }
}

fn trust(now: Seconds) -> TrustClaims {
    let names = |names: &[(&str, &str)]| {
        names.iter().map(|(code, name)| ((*code).to_owned(), (*name).to_owned())).collect()
    };
    let table = |rows: &[(u32, &str)]| rows.iter().map(|(code, name)| (*code, (*name).to_owned())).collect();
    let qualification = [
        (1_001, "客运驾驶员"),
        (2_001, "货运驾驶员"),
        (9_002, "巡游出租汽车驾驶员"),
        (9_003, "网约车驾驶员"),
    ];
    let business = [(2_100, "道路普通货物运输"), (3_131, "危险货物运输（3类）"), (9_000, "出租汽车客运")];
    TrustClaims {
        seq: 42,
        issued: now.minus(3 * HOUR),
        expires: now.plus(30 * DAY),
        next_roots: vec![key("next root").public_key()],
        min_client: 1,
        issuers: vec![issuer("21", "辽宁省交通运输厅", now), issuer("33", "浙江省交通运输厅", now)],
        authorities: names(&[
            ("210100", "沈阳市交通运输局"),
            ("210200", "大连市交通运输局"),
            ("330100", "杭州市交通运输局"),
        ]),
        scopes: BTreeMap::from([
            ("qualification".to_owned(), table(&qualification)),
            ("business".to_owned(), table(&business)),
        ]),
    }
}

fn changed(bytes: &[u8], change: impl FnOnce(&mut Parts), key: &SigningKey) -> Vec<u8> {
    let Some(mut parts) = Parts::open(bytes) else { return Vec::new() };
    change(&mut parts);
    parts.sign(key)
}

fn done<T>(result: Result<T, Infallible>) -> T {
    let Ok(value) = result;
    value
}
