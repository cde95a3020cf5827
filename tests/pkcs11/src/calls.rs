//! The functions of PKCS#11 that the server uses, each a step from C to the token. Those that are not here are
//! absent from the list, and whoever calls them is told so.

use std::ffi::c_void;
use std::ptr::addr_of;
use std::slice;

use cryptoki_sys::*;

use crate::token::{self, Fault, Object, Token};
use crate::{FAULT, GENERATE, TOKEN};

static FUNCTIONS: CK_FUNCTION_LIST = CK_FUNCTION_LIST {
    version: CK_VERSION { major: 2, minor: 40 },
    C_Initialize: Some(initialize),
    C_Finalize: Some(finalize),
    C_GetFunctionList: Some(C_GetFunctionList),
    C_GetSlotList: Some(slot_list),
    C_GetTokenInfo: Some(token_info),
    C_OpenSession: Some(open_session),
    C_CloseSession: Some(close_session),
    C_GetSessionInfo: Some(session_info),
    C_Login: Some(login),
    C_Logout: Some(logout),
    C_CreateObject: Some(create_object),
    C_GetAttributeValue: Some(attribute_value),
    C_SetAttributeValue: Some(set_attribute_value),
    C_FindObjectsInit: Some(find_init),
    C_FindObjects: Some(find),
    C_FindObjectsFinal: Some(find_final),
    C_SignInit: Some(sign_init),
    C_Sign: Some(sign),
    C_GenerateKeyPair: Some(generate),
    C_GetInfo: None,
    C_GetSlotInfo: None,
    C_GetMechanismList: None,
    C_GetMechanismInfo: None,
    C_InitToken: None,
    C_InitPIN: None,
    C_SetPIN: None,
    C_CloseAllSessions: None,
    C_GetOperationState: None,
    C_SetOperationState: None,
    C_CopyObject: None,
    C_DestroyObject: None,
    C_GetObjectSize: None,
    C_EncryptInit: None,
    C_Encrypt: None,
    C_EncryptUpdate: None,
    C_EncryptFinal: None,
    C_DecryptInit: None,
    C_Decrypt: None,
    C_DecryptUpdate: None,
    C_DecryptFinal: None,
    C_DigestInit: None,
    C_Digest: None,
    C_DigestUpdate: None,
    C_DigestKey: None,
    C_DigestFinal: None,
    C_SignUpdate: None,
    C_SignFinal: None,
    C_SignRecoverInit: None,
    C_SignRecover: None,
    C_VerifyInit: None,
    C_Verify: None,
    C_VerifyUpdate: None,
    C_VerifyFinal: None,
    C_VerifyRecoverInit: None,
    C_VerifyRecover: None,
    C_DigestEncryptUpdate: None,
    C_DecryptDigestUpdate: None,
    C_SignEncryptUpdate: None,
    C_DecryptVerifyUpdate: None,
    C_GenerateKey: None,
    C_WrapKey: None,
    C_UnwrapKey: None,
    C_DeriveKey: None,
    C_SeedRandom: None,
    C_GenerateRandom: None,
    C_GetFunctionStatus: None,
    C_CancelFunction: None,
    C_WaitForSlotEvent: None,
};

/// Hands out the list of functions: the one symbol every module must have.
///
/// # Safety
/// `list` points to where a pointer may be written.
#[unsafe(no_mangle)]
#[allow(non_snake_case, reason = "the standard's name")]
pub unsafe extern "C" fn C_GetFunctionList(list: *mut *mut CK_FUNCTION_LIST) -> CK_RV {
    unsafe { list.write(addr_of!(FUNCTIONS).cast_mut()) };
    CKR_OK
}

unsafe extern "C" fn initialize(_: *mut c_void) -> CK_RV {
    token::with(|token| {
        let was = std::mem::replace(&mut token.is_initialized, true);
        if was { CKR_CRYPTOKI_ALREADY_INITIALIZED } else { CKR_OK }
    })
}

unsafe extern "C" fn finalize(_: *mut c_void) -> CK_RV {
    token::with(Token::finalize);
    CKR_OK
}

unsafe extern "C" fn slot_list(_: CK_BBOOL, slots: *mut CK_SLOT_ID, count: *mut CK_ULONG) -> CK_RV {
    let slot = token::with(|token| token.slot);
    if !slots.is_null() {
        unsafe { slots.write(slot) };
    }
    unsafe { count.write(1) };
    CKR_OK
}

unsafe extern "C" fn token_info(slot: CK_SLOT_ID, info: *mut CK_TOKEN_INFO) -> CK_RV {
    if token::with(|token| token.slot) != slot {
        return CKR_SLOT_ID_INVALID;
    }
    let mut label = [b' '; 32];
    label[..TOKEN.len()].copy_from_slice(TOKEN.as_bytes());
    let flags = CKF_TOKEN_INITIALIZED | CKF_LOGIN_REQUIRED | CKF_USER_PIN_INITIALIZED;
    unsafe { info.write(CK_TOKEN_INFO { label, flags, ..CK_TOKEN_INFO::default() }) };
    CKR_OK
}

unsafe extern "C" fn open_session(
    slot: CK_SLOT_ID,
    _: CK_FLAGS,
    _: *mut c_void,
    _: CK_NOTIFY,
    handle: *mut CK_SESSION_HANDLE,
) -> CK_RV {
    let opened = token::with(|token| {
        if !token.is_initialized {
            return Err(CKR_CRYPTOKI_NOT_INITIALIZED);
        }
        if token.slot == slot { Ok(token.open_session()) } else { Err(CKR_SLOT_ID_INVALID) }
    });
    answer(opened.map(|opened| unsafe { handle.write(opened) }))
}

unsafe extern "C" fn close_session(handle: CK_SESSION_HANDLE) -> CK_RV {
    answer(token::with(|token| token.close_session(handle)))
}

unsafe extern "C" fn session_info(handle: CK_SESSION_HANDLE, info: *mut CK_SESSION_INFO) -> CK_RV {
    let state = token::with(|token| {
        token.session(handle)?;
        let state = if token.is_signed_in { CKS_RW_USER_FUNCTIONS } else { CKS_RW_PUBLIC_SESSION };
        Ok(CK_SESSION_INFO {
            slotID: token.slot,
            state,
            flags: CKF_SERIAL_SESSION | CKF_RW_SESSION,
            ulDeviceError: 0,
        })
    });
    answer(state.map(|state| unsafe { info.write(state) }))
}

unsafe extern "C" fn login(
    handle: CK_SESSION_HANDLE,
    _: CK_USER_TYPE,
    pin: *mut CK_UTF8CHAR,
    length: CK_ULONG,
) -> CK_RV {
    let pin = unsafe { bytes(pin, length) };
    answer(token::with(|token| token.sign_in(handle, &pin)))
}

unsafe extern "C" fn logout(handle: CK_SESSION_HANDLE) -> CK_RV {
    answer(token::with(|token| token.session(handle).map(|_| ()).map(|()| token.is_signed_in = false)))
}

/// Data objects are not kept: they order faults.
unsafe extern "C" fn create_object(
    handle: CK_SESSION_HANDLE,
    template: *mut CK_ATTRIBUTE,
    count: CK_ULONG,
    object: *mut CK_OBJECT_HANDLE,
) -> CK_RV {
    let template = unsafe { Template::of(template, count) };
    let word = template.get(CKA_VALUE).unwrap_or_default();
    let fault = Fault::ALL.into_iter().find(|fault| fault.word().as_bytes() == word);
    let Some(fault) = fault.filter(|_| template.get(CKA_LABEL).as_deref() == Some(FAULT.as_bytes())) else {
        return CKR_ATTRIBUTE_VALUE_INVALID;
    };
    unsafe { object.write(0) };
    answer(token::with(|token| token.session(handle).map(|_| ()).map(|()| token.order(fault))))
}

unsafe extern "C" fn attribute_value(
    handle: CK_SESSION_HANDLE,
    object: CK_OBJECT_HANDLE,
    template: *mut CK_ATTRIBUTE,
    count: CK_ULONG,
) -> CK_RV {
    let point = token::with(|token| {
        token.session(handle)?;
        let object = token.objects.get(&object).ok_or(CKR_OBJECT_HANDLE_INVALID)?;
        Ok([&[0x04, 0x41], &object.public_key().uncompressed()[..]].concat())
    });
    let point = match point {
        Ok(point) => point,
        Err(error) => return error,
    };
    for attribute in unsafe { slice::from_raw_parts_mut(template, length(count)) } {
        if attribute.type_ != CKA_EC_POINT {
            attribute.ulValueLen = CK_UNAVAILABLE_INFORMATION;
            return CKR_ATTRIBUTE_TYPE_INVALID;
        }
        if !attribute.pValue.is_null() {
            unsafe { attribute.pValue.cast::<u8>().copy_from(point.as_ptr(), point.len()) };
        }
        attribute.ulValueLen = ulong(point.len());
    }
    CKR_OK
}

unsafe extern "C" fn set_attribute_value(
    handle: CK_SESSION_HANDLE,
    object: CK_OBJECT_HANDLE,
    template: *mut CK_ATTRIBUTE,
    count: CK_ULONG,
) -> CK_RV {
    let template = unsafe { Template::of(template, count) };
    answer(token::with(|token| {
        token.session(handle)?;
        let object = token.objects.get_mut(&object).ok_or(CKR_OBJECT_HANDLE_INVALID)?;
        object.id = template.get(CKA_ID).ok_or(CKR_ATTRIBUTE_READ_ONLY)?;
        Ok(())
    }))
}

unsafe extern "C" fn find_init(
    handle: CK_SESSION_HANDLE,
    template: *mut CK_ATTRIBUTE,
    count: CK_ULONG,
) -> CK_RV {
    let template = unsafe { Template::of(template, count) };
    answer(token::with(|token| {
        token.session(handle)?;
        let found = token.find(|object| template.fits(object));
        token.session(handle)?.found = found;
        Ok(())
    }))
}

unsafe extern "C" fn find(
    handle: CK_SESSION_HANDLE,
    objects: *mut CK_OBJECT_HANDLE,
    most: CK_ULONG,
    count: *mut CK_ULONG,
) -> CK_RV {
    let found = token::with(|token| {
        let found = &mut token.session(handle)?.found;
        let from = found.len().saturating_sub(length(most));
        Ok(found.split_off(from))
    });
    answer(found.map(|found| unsafe {
        objects.copy_from(found.as_ptr(), found.len());
        count.write(ulong(found.len()));
    }))
}

unsafe extern "C" fn find_final(handle: CK_SESSION_HANDLE) -> CK_RV {
    answer(token::with(|token| token.session(handle).map(|session| session.found.clear())))
}

unsafe extern "C" fn sign_init(
    handle: CK_SESSION_HANDLE,
    mechanism: *mut CK_MECHANISM,
    key: CK_OBJECT_HANDLE,
) -> CK_RV {
    let mechanism = unsafe { mechanism.read() }.mechanism;
    answer(token::with(|token| token.begin_signing(handle, mechanism, key)))
}

/// Asked for the length it answers with the longest a signature can have, and signs when there is room for it.
unsafe extern "C" fn sign(
    handle: CK_SESSION_HANDLE,
    data: *mut CK_BYTE,
    count: CK_ULONG,
    signature: *mut CK_BYTE,
    signature_length: *mut CK_ULONG,
) -> CK_RV {
    const LONGEST: usize = 72;
    if signature.is_null() {
        unsafe { signature_length.write(ulong(LONGEST)) };
        return CKR_OK;
    }
    let signed = token::sign(handle, &unsafe { bytes(data, count) });
    answer(signed.map(|signed| unsafe {
        signature.copy_from(signed.as_ptr(), signed.len());
        signature_length.write(ulong(signed.len()));
    }))
}

unsafe extern "C" fn generate(
    handle: CK_SESSION_HANDLE,
    mechanism: *mut CK_MECHANISM,
    public_template: *mut CK_ATTRIBUTE,
    public_count: CK_ULONG,
    _: *mut CK_ATTRIBUTE,
    _: CK_ULONG,
    public: *mut CK_OBJECT_HANDLE,
    private: *mut CK_OBJECT_HANDLE,
) -> CK_RV {
    if unsafe { mechanism.read() }.mechanism != GENERATE {
        return CKR_MECHANISM_INVALID;
    }
    let template = unsafe { Template::of(public_template, public_count) };
    let label = template.get(CKA_LABEL).unwrap_or_default();
    let made = token::with(|token| {
        token.session(handle)?;
        if token.is_signed_in { Ok(token.generate(&label)) } else { Err(CKR_USER_NOT_LOGGED_IN) }
    });
    answer(made.map(|made| unsafe {
        public.write(made.0);
        private.write(made.1);
    }))
}

/// The attributes somebody asks for or sets.
struct Template(Vec<(CK_ATTRIBUTE_TYPE, Vec<u8>)>);

impl Template {
    unsafe fn of(attributes: *mut CK_ATTRIBUTE, count: CK_ULONG) -> Self {
        let attributes = unsafe { slice::from_raw_parts(attributes, length(count)) };
        let value =
            |attribute: &CK_ATTRIBUTE| unsafe { bytes(attribute.pValue.cast(), attribute.ulValueLen) };
        Self(attributes.iter().map(|attribute| (attribute.type_, value(attribute))).collect())
    }

    fn get(&self, kind: CK_ATTRIBUTE_TYPE) -> Option<Vec<u8>> {
        self.0.iter().find(|(is, _)| *is == kind).map(|(_, value)| value.clone())
    }

    fn fits(&self, object: &Object) -> bool {
        let class = if object.is_private { CKO_PRIVATE_KEY } else { CKO_PUBLIC_KEY };
        self.0.iter().all(|(kind, value)| match *kind {
            CKA_CLASS => *value == class.to_ne_bytes(),
            CKA_LABEL => *value == object.label,
            CKA_ID => *value == object.id,
            _ => false,
        })
    }
}

fn answer(done: Result<(), CK_RV>) -> CK_RV {
    done.err().unwrap_or(CKR_OK)
}

unsafe fn bytes(from: *const u8, count: CK_ULONG) -> Vec<u8> {
    if from.is_null() { Vec::new() } else { unsafe { slice::from_raw_parts(from, length(count)) }.to_vec() }
}

fn length(count: CK_ULONG) -> usize {
    usize::try_from(count).expect("a length fits")
}

fn ulong(length: usize) -> CK_ULONG {
    CK_ULONG::try_from(length).expect("a length fits")
}
