//! The partner API of Klikoo: a client with one async method per operation.
