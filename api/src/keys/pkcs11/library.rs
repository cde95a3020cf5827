//! The module itself: loading it, finding the token, signing in to it.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::error::{Error, RvError};
use cryptoki::session::{Session, UserType};
use cryptoki::slot::Slot;
use cryptoki::types::AuthPin;
use zeroize::Zeroizing;

use super::settings::Settings;
use crate::keys::module::ModuleError;

/// A loaded module. Clones are the same one.
#[derive(Clone)]
pub(super) struct Library {
    context: Pkcs11,
    token: String,
    pin_file: PathBuf,
    /// The PIN that was refused last. Signing in is done by one thread at a time, so that a wrong PIN is tried once.
    refused: Arc<Mutex<Option<Zeroizing<String>>>>,
}

impl Library {
    pub(super) fn load(settings: &Settings) -> Result<Self, ModuleError> {
        let context = Pkcs11::new(&settings.module)
            .map_err(|error| ModuleError::Failed(format!("{}: {error}", settings.module.display())))?;
        initialize(&context)?;
        Ok(Self {
            context,
            token: settings.token.clone(),
            pin_file: settings.pin_file.clone(),
            refused: Arc::default(),
        })
    }

    /// Opens a session that is signed in.
    pub(super) fn session(&self) -> Result<Session, ModuleError> {
        // Whatever ended all sessions may have ended the module's own state with them.
        initialize(&self.context)?;
        let slot = self.slot()?;
        let session = self.context.open_rw_session(slot).map_err(failed)?;
        self.sign_in(&session)?;
        Ok(session)
    }

    /// The slot the token is in now: one that was removed may come back in another.
    fn slot(&self) -> Result<Slot, ModuleError> {
        let slots = self.context.get_slots_with_token().map_err(failed)?;
        let has_label = |slot: &Slot| {
            let token = self.context.get_token_info(*slot);
            token.is_ok_and(|token| token.label().trim_end() == self.token)
        };
        slots.into_iter().find(has_label).ok_or_else(|| ModuleError::NoToken(self.token.clone()))
    }

    fn sign_in(&self, session: &Session) -> Result<(), ModuleError> {
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        let pin = self.pin()?;
        if refused.as_ref() == Some(&pin) {
            return Err(ModuleError::PinRefused);
        }
        match session.login(UserType::User, Some(&AuthPin::from(pin.as_str()))) {
            // One session that is signed in signs all of them in.
            Ok(()) | Err(Error::Pkcs11(RvError::UserAlreadyLoggedIn, _)) => Ok(()),
            Err(Error::Pkcs11(error, _)) if is_refusal(error) => {
                *refused = Some(pin);
                Err(ModuleError::PinRefused)
            }
            Err(error) => Err(failed(error)),
        }
    }

    /// The PIN as it is in its file now.
    fn pin(&self) -> Result<Zeroizing<String>, ModuleError> {
        let text = std::fs::read_to_string(&self.pin_file).map(Zeroizing::new);
        let text = text.map_err(|error| {
            ModuleError::Settings(format!("pkcs11_pin_file: {}: {error}", self.pin_file.display()))
        })?;
        Ok(Zeroizing::new(text.lines().next().unwrap_or_default().to_owned()))
    }
}

fn initialize(context: &Pkcs11) -> Result<(), ModuleError> {
    match context.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)) {
        Ok(()) | Err(Error::Pkcs11(RvError::CryptokiAlreadyInitialized, _)) => Ok(()),
        Err(error) => Err(failed(error)),
    }
}

fn is_refusal(error: RvError) -> bool {
    use RvError::{PinExpired, PinIncorrect, PinInvalid, PinLenRange, PinLocked};
    matches!(error, PinIncorrect | PinInvalid | PinLenRange | PinExpired | PinLocked)
}

/// The module's own word for what is wrong; it names no key and no PIN.
pub(super) fn failed(error: Error) -> ModuleError {
    ModuleError::Failed(error.to_string())
}
