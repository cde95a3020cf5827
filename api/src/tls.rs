//! Connections that this server makes to others are encrypted with rustls; its cryptography is ring's.

use rustls::crypto::ring;

/// Chooses the cryptography, before the first client is made. Repeating it does nothing.
pub fn prepare() {
    // It fails only when it was chosen before.
    let _ = ring::default_provider().install_default();
}
