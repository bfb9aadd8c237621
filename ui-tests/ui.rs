//! Every message of the macros has a smallest program here.
