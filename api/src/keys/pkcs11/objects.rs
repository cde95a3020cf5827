//! Keys on a token: found and made.

use cryptoki::error::Error;
use cryptoki::mechanism::vendor_defined::VendorDefinedMechanism;
use cryptoki::mechanism::{Mechanism, MechanismType};
use cryptoki::object::{Attribute, AttributeType, KeyType, ObjectClass, ObjectHandle};
use cryptoki::session::Session;
use verifier_core::sm2::{KeyId, PublicKey};

use super::settings::Making;

/// The curve of SM2, 1.2.156.10197.1.301, as DER.
const CURVE: [u8; 10] = [0x06, 0x08, 0x2a, 0x81, 0x1c, 0xcf, 0x55, 0x01, 0x82, 0x2d];

/// The mechanism of this number, without parameters.
pub(super) fn mechanism(number: u64) -> Result<Mechanism<'static>, Error> {
    let kind = MechanismType::try_from(number).or_else(|_| MechanismType::new_vendor_defined(number))?;
    Ok(Mechanism::VendorDefined(VendorDefinedMechanism::new::<()>(kind, None)))
}

/// The private key with this id or, if there is none, with this label.
pub(super) fn private_key(session: &Session, id: KeyId, label: &str) -> Result<Option<ObjectHandle>, Error> {
    let class = Attribute::Class(ObjectClass::PRIVATE_KEY);
    let by_id = only(session, &[class.clone(), Attribute::Id(id.0.to_vec())])?;
    match by_id {
        Some(handle) => Ok(Some(handle)),
        None => only(session, &[class, Attribute::Label(label.into())]),
    }
}

/// The point of the public key with this label, as the module gives it.
pub(super) fn public_point(session: &Session, label: &str) -> Result<Option<Vec<u8>>, Error> {
    let template = [Attribute::Class(ObjectClass::PUBLIC_KEY), Attribute::Label(label.into())];
    only(session, &template)?.map(|handle| point(session, handle)).transpose()
}

/// Makes a key pair that stays on the token, and gives its halves the key id as theirs, where the module lets it.
pub(super) fn make(session: &Session, making: Making, label: &str) -> Result<Vec<u8>, Error> {
    let label = Attribute::Label(label.into());
    let mut public = vec![
        Attribute::Token(true),
        Attribute::Verify(true),
        Attribute::EcParams(CURVE.to_vec()),
        label.clone(),
    ];
    let mut private = vec![
        Attribute::Token(true),
        Attribute::Private(true),
        Attribute::Sensitive(true),
        Attribute::Extractable(false),
        Attribute::Sign(true),
        label,
    ];
    if let Some(number) = making.key_type {
        let kind = KeyType::try_from(number).or_else(|_| KeyType::new_vendor_defined(number))?;
        public.push(Attribute::KeyType(kind));
        private.push(Attribute::KeyType(kind));
    }
    let made = session.generate_key_pair(&mechanism(making.mechanism)?, &public, &private)?;
    let bytes = point(session, made.0)?;
    if let Some(key) = read_point(&bytes) {
        let id = [Attribute::Id(key.id().0.to_vec())];
        let named =
            session.update_attributes(made.0, &id).and_then(|()| session.update_attributes(made.1, &id));
        if let Err(error) = named {
            tracing::debug!(%error, "the module keeps its own id of the new key; its label finds it");
        }
    }
    Ok(bytes)
}

/// A point as modules give it: an OCTET STRING in DER as the standard has it, or the bytes in it, or without the 04.
pub(super) fn read_point(bytes: &[u8]) -> Option<PublicKey> {
    match bytes {
        [0x04, 0x41, point @ ..] if point.len() == 65 => PublicKey::from_sec1(point).ok(),
        point if point.len() == 64 => PublicKey::from_sec1(&[&[0x04], point].concat()).ok(),
        point => PublicKey::from_sec1(point).ok(),
    }
}

fn point(session: &Session, handle: ObjectHandle) -> Result<Vec<u8>, Error> {
    let attributes = session.get_attributes(handle, &[AttributeType::EcPoint])?;
    let point = attributes.into_iter().find_map(|attribute| match attribute {
        Attribute::EcPoint(bytes) => Some(bytes),
        _ => None,
    });
    Ok(point.unwrap_or_default())
}

/// The one object that fits; `None` when there is none, or more than one.
fn only(session: &Session, template: &[Attribute]) -> Result<Option<ObjectHandle>, Error> {
    match session.find_objects(template)?.as_slice() {
        [handle] => Ok(Some(*handle)),
        _ => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use verifier_core::sm2::SigningKey;

    use super::*;

    #[test]
    fn a_point_is_read_in_every_form_modules_give_it_in() {
        let key = SigningKey::from_bytes(&[7; 32]).unwrap().public_key();
        let bare = key.uncompressed();
        let wrapped = [&[0x04, 0x41], &bare[..]].concat();
        for form in [&wrapped[..], &bare, &bare[1..], &key.compressed()] {
            assert_eq!(read_point(form).as_ref(), Some(&key));
        }
    }

    #[test]
    fn what_is_no_point_of_the_curve_is_no_key() {
        for bytes in [&[][..], &[0x04, 0x41], &[4; 67], &[1; 64]] {
            assert_eq!(read_point(bytes), None);
        }
    }
}
