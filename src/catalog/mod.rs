//! The cache of listings, and search over it.
