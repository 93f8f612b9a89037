//! The vectors that OpenSSL made (`vectors/openssl.py`), recomputed by this crate.

#[cfg(test)]
mod vectors {
    mod file;
    mod money;
    mod more;
    mod openssl;
    mod refuelling;
}
