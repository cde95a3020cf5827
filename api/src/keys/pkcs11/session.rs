//! One session, opened when it is needed and again when it was lost.

use std::collections::HashMap;

use cryptoki::context::Function;
use cryptoki::error::{Error, RvError};
use cryptoki::object::ObjectHandle;
use cryptoki::session::{Session, SessionState};
use verifier_core::sm2::KeyId;

use super::library::{Library, failed};
use super::objects;
use crate::keys::module::ModuleError;

/// What a thread of the pool holds.
pub(super) struct Connection {
    library: Library,
    open: Option<Open>,
}

/// An open session and the keys found in it. Handles are good as long as the session is.
pub(super) struct Open {
    pub(super) session: Session,
    private: HashMap<KeyId, ObjectHandle>,
}

impl Connection {
    pub(super) fn over(library: Library) -> Self {
        Self { library, open: None }
    }

    /// Does `work` in the session; once more in a new one, when the one at hand turns out to be lost. Signing the
    /// same message twice does no harm.
    pub(super) fn with<R>(&mut self, work: impl Fn(&mut Open) -> Result<R, Error>) -> Result<R, ModuleError> {
        let was_open = self.open.is_some();
        match work(self.open()?) {
            Err(error) if is_loss(&error) => {
                self.open = None;
                if !was_open {
                    return Err(failed(error));
                }
                tracing::warn!(%error, "a session with the module was lost and is opened again");
                work(self.open()?).map_err(failed)
            }
            done => done.map_err(failed),
        }
    }

    fn open(&mut self) -> Result<&mut Open, ModuleError> {
        let open = match self.open.take() {
            Some(open) => open,
            None => Open { session: self.library.session()?, private: HashMap::new() },
        };
        Ok(self.open.insert(open))
    }
}

impl Open {
    /// The private key with this id or, if there is none, with this label.
    pub(super) fn private_key(&mut self, id: KeyId, label: &str) -> Result<Option<ObjectHandle>, Error> {
        if let Some(handle) = self.private.get(&id) {
            return Ok(Some(*handle));
        }
        let found = objects::private_key(&self.session, id, label)?;
        match found {
            Some(handle) => {
                self.private.insert(id, handle);
            }
            // To a session that somebody signed out, private keys are invisible and not missing.
            None if !self.is_signed_in()? => {
                return Err(Error::Pkcs11(RvError::UserNotLoggedIn, Function::FindObjects));
            }
            None => {}
        }
        Ok(found)
    }

    fn is_signed_in(&self) -> Result<bool, Error> {
        let state = self.session.get_session_info()?.session_state();
        Ok(matches!(state, SessionState::RoUser | SessionState::RwUser))
    }
}

/// Whether the session, what is known in it, or the token beneath it is gone.
fn is_loss(error: &Error) -> bool {
    use RvError::{
        CryptokiNotInitialized, DeviceError, DeviceRemoved, KeyHandleInvalid, ObjectHandleInvalid,
        SessionClosed, SessionHandleInvalid, SlotIdInvalid, TokenNotPresent, TokenNotRecognized,
        UserNotLoggedIn,
    };
    let Error::Pkcs11(error, _) = error else {
        return false;
    };
    matches!(
        error,
        CryptokiNotInitialized
            | DeviceError
            | DeviceRemoved
            | KeyHandleInvalid
            | ObjectHandleInvalid
            | SessionClosed
            | SessionHandleInvalid
            | SlotIdInvalid
            | TokenNotPresent
            | TokenNotRecognized
            | UserNotLoggedIn
    )
}
