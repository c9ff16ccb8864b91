//! One check: a line of text becomes a request ([`parse`]), a request becomes an outcome that is kept (the service).

pub mod parse;
