//! Properties every identifier type has.
