//! ringrift.
