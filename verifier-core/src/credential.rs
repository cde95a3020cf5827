//! The credential: a sealed certificate, COSE_Sign1 by the province's seal key over CWT claims (RFC 8392).

use crate::cbor::{CborError, Map, MapWriter, Value};
use crate::cose::{self, ALG_SM2_SM3, Header, Sign1, Tag};
use crate::sm2::{KeyId, PublicKey, Sign};
use crate::time::{Day, Seconds};

mod claim {
    pub(super) const ISS: u64 = 1;
    pub(super) const EXP: u64 = 4;
    pub(super) const NBF: u64 = 5;
    pub(super) const IAT: u64 = 6;
    pub(super) const CNF: u64 = 8;
    pub(super) const FACE: i64 = -65_537;
    pub(super) const CNF_KEY: u64 = 1;
}

mod cose_key {
    pub(super) const TYPE: u64 = 1;
    pub(super) const CURVE: i64 = -1;
    pub(super) const X: i64 = -2;
    pub(super) const SIGN: i64 = -3;
    /// Key type EC2 (RFC 9053 §7.1).
    pub(super) const EC2: u64 = 2;
}

mod face {
    pub(super) const KIND: u64 = 1;
    pub(super) const NUMBER: u64 = 2;
    pub(super) const HOLDER: u64 = 3;
    pub(super) const TAIL: u64 = 4;
    pub(super) const PLATE: u64 = 5;
    pub(super) const PLATE_COLOUR: u64 = 6;
    pub(super) const SCOPE: u64 = 7;
    pub(super) const STATUS_INDEX: u64 = 8;
    pub(super) const VERSION: u64 = 9;
    pub(super) const LAST_DAY: u64 = 10;
    pub(super) const PORTRAIT: u64 = 11;
    pub(super) const SPECIMEN: u64 = 12;
}

/// Longest text claim of a credential, in bytes.
pub(crate) const MAX_TEXT: usize = 256;

/// What a credential says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credential {
    /// Division code (GB/T 2260, 6 digits) of the issuing authority.
    pub issuer: String,
    /// The credential must be renewed from here on.
    pub expires: Seconds,
    /// The certificate's first valid second.
    pub valid_from: Seconds,
    /// When it was sealed.
    pub sealed: Seconds,
    /// The key of the holder's phone, where one may make presentations.
    pub device_key: Option<PublicKey>,
    /// What the officer reads.
    pub face: Face,
}

/// The data items of a certificate that travel in its code. Citizen id, address and portrait never do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Face {
    /// Last three digits of the type code (GB/T 36904).
    pub kind: u16,
    /// 证号; masked where it is the holder's citizen id.
    pub number: String,
    /// Name of the person or organisation.
    pub holder: String,
    /// Last four characters of the citizen id or credit code, where `number` does not show them.
    pub tail: Option<String>,
    /// Plate number.
    pub plate: Option<String>,
    /// Plate colour code (JT/T 697.7).
    pub plate_colour: Option<u8>,
    /// 从业资格类别 or 经营范围 codes.
    pub scope: Vec<u32>,
    /// Place in the issuer's status list.
    pub status_index: u64,
    /// Version of the certificate, from 1.
    pub version: u32,
    /// Last valid day; `None`: no end.
    pub last_day: Option<Day>,
    /// First 8 bytes of SM3 of the portrait file.
    pub portrait: Option<[u8; 8]>,
    /// For demonstration and training only.
    pub specimen: bool,
}

impl Credential {
    /// Seals the credential: an untagged COSE_Sign1.
    pub fn seal<S: Sign>(&self, signer: &S) -> Result<Vec<u8>, S::Error> {
        let header = Header { kid: Some(signer.key_id()), ..Header::default() };
        cose::sign(&header, &self.to_value(), Tag::Untagged, signer)
    }

    fn to_value(&self) -> Value {
        MapWriter::default()
            .with(claim::ISS, &self.issuer)
            .with(claim::EXP, self.expires)
            .with(claim::NBF, self.valid_from)
            .with(claim::IAT, self.sealed)
            .maybe(claim::CNF, self.device_key.as_ref().map(confirmation))
            .with(claim::FACE, self.face.to_value())
            .finish()
    }

    fn from_map(map: Map<'_>) -> Result<Self, CborError> {
        let issuer = map.get(claim::ISS)?.text()?;
        if issuer.len() != 6 || !issuer.bytes().all(|b| b.is_ascii_digit()) {
            return Err(CborError::Claim);
        }
        Ok(Self {
            issuer: issuer.to_owned(),
            expires: seconds(map, claim::EXP)?,
            valid_from: seconds(map, claim::NBF)?,
            sealed: seconds(map, claim::IAT)?,
            device_key: map.maybe(claim::CNF).map(confirmed_key).transpose()?,
            face: Face::from_map(map.get(claim::FACE)?.map()?)?,
        })
    }
}

impl Face {
    fn to_value(&self) -> Value {
        let scope: Vec<Value> = self.scope.iter().map(|code| Value::from(*code)).collect();
        MapWriter::default()
            .with(face::KIND, self.kind)
            .with(face::NUMBER, &self.number)
            .with(face::HOLDER, &self.holder)
            .maybe(face::TAIL, self.tail.as_ref())
            .maybe(face::PLATE, self.plate.as_ref())
            .maybe(face::PLATE_COLOUR, self.plate_colour)
            .maybe(face::SCOPE, (!scope.is_empty()).then_some(scope))
            .with(face::STATUS_INDEX, self.status_index)
            .with(face::VERSION, self.version)
            .maybe(face::LAST_DAY, self.last_day)
            .maybe(face::PORTRAIT, self.portrait.as_ref().map(<[u8; 8]>::as_slice))
            .maybe(face::SPECIMEN, self.specimen.then_some(true))
            .finish()
    }

    fn from_map(map: Map<'_>) -> Result<Self, CborError> {
        let text = |key| map.maybe(key).map(|v| v.text().map(str::to_owned)).transpose();
        let scope = map.maybe(face::SCOPE).map(Value::array).transpose()?.unwrap_or_default();
        let version = map.get(face::VERSION)?.small()?;
        if version == 0 {
            return Err(CborError::Claim);
        }
        Ok(Self {
            kind: map.get(face::KIND)?.small()?,
            number: map.get(face::NUMBER)?.text()?.to_owned(),
            holder: map.get(face::HOLDER)?.text()?.to_owned(),
            tail: text(face::TAIL)?,
            plate: text(face::PLATE)?,
            plate_colour: map.maybe(face::PLATE_COLOUR).map(Value::small).transpose()?,
            scope: scope.iter().map(Value::small).collect::<Result<_, _>>()?,
            status_index: map.get(face::STATUS_INDEX)?.uint()?,
            version,
            last_day: map.maybe(face::LAST_DAY).map(Value::small).transpose()?.map(Day),
            portrait: map.maybe(face::PORTRAIT).map(Value::array_of).transpose()?,
            specimen: map.maybe(face::SPECIMEN).map(Value::bool).transpose()?.unwrap_or(false),
        })
    }
}

/// A credential that was read but not yet believed.
#[derive(Clone, Debug)]
pub(crate) struct Unverified {
    envelope: Sign1,
    pub(crate) kid: KeyId,
    pub(crate) claims: Credential,
}

impl Unverified {
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, CborError> {
        let envelope = Sign1::parse(bytes, Tag::Untagged)?;
        let kid = envelope.header.kid.ok_or(CborError::Claim)?;
        let claims = Credential::from_map(envelope.claims(MAX_TEXT)?.map()?)?;
        Ok(Self { envelope, kid, claims })
    }

    pub(crate) fn verifies(&self, key: &PublicKey) -> bool {
        self.envelope.verifies(key)
    }
}

pub(crate) fn seconds(map: Map<'_>, key: u64) -> Result<Seconds, CborError> {
    map.get(key)?.uint().map(Seconds)
}

/// `cnf` (RFC 8747 §3.2) with a COSE_Key.
fn confirmation(key: &PublicKey) -> Value {
    let point = key.compressed();
    let (sign, x) = point.split_first().unwrap_or((&2, &[]));
    let key = MapWriter::default()
        .with(cose_key::TYPE, cose_key::EC2)
        .with(cose_key::CURVE, ALG_SM2_SM3)
        .with(cose_key::X, x)
        .with(cose_key::SIGN, *sign == 3)
        .finish();
    Value::Map(vec![(Value::from(claim::CNF_KEY), key)])
}

fn confirmed_key(cnf: &Value) -> Result<PublicKey, CborError> {
    let key = cnf.map()?.get(claim::CNF_KEY)?.map()?;
    let is_ours = key.get(cose_key::TYPE)? == &Value::from(cose_key::EC2)
        && key.get(cose_key::CURVE)? == &Value::from(ALG_SM2_SM3);
    if !is_ours {
        return Err(CborError::Claim);
    }
    let x: [u8; 32] = key.get(cose_key::X)?.array_of()?;
    let sign = if key.get(cose_key::SIGN)?.bool()? { 3 } else { 2 };
    PublicKey::from_sec1(&[&[sign][..], &x].concat()).map_err(|_| CborError::Claim)
}
