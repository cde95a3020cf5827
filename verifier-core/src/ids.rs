//! Numbers and identifiers of this field, as types whose constructor is the only way in.
