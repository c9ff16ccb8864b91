//! What the sandbox refuses with: the vendor's HTTP status, case and message, as one list of constants.
//!
//! A response code is `status (3) + service (2) + case (4)`; the case decides, the service tells which part of the
//! vendor answered (the vendor's page "apis-response-code").

/// Which part of the vendor answers: the two digits in the middle of a response code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Service(pub(super) &'static str);

impl Service {
    /// No part of it in particular: the address or the request is not one that it knows.
    pub(super) const UNKNOWN: Self = Self("00");
    pub(super) const AUTH: Self = Self("01");
    /// What the vendor's own samples of an inquiry carry.
    pub(super) const TRANSACTION: Self = Self("02");
    pub(super) const ACCOUNT: Self = Self("03");
    pub(super) const PRODUCT: Self = Self("04");
}

/// One way in which the vendor refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    /// HTTP status, which is also the first three digits of the code.
    pub(super) status: u16,
    /// The last four digits of the code.
    case: &'static str,
    /// The vendor's words.
    pub(super) message: &'static str,
}

impl Refusal {
    // What the vendor asks of every request.
    pub(super) const CLOCK: Self = Self::new(400, "6505", "Waktu tidak sesuai");
    pub(super) const SIGNATURE: Self = Self::new(400, "6508", "Signature tidak sesuai");
    pub(super) const INVALID_FIELD: Self = Self::new(400, "6510", "Validasi Error");
    pub(super) const EMPTY_FIELD: Self = Self::new(400, "6512", "Field tidak boleh kosong");
    pub(super) const UUID: Self = Self::new(400, "6568", "UUID tidak sesuai");
    pub(super) const GRANT_TYPE: Self = Self::new(400, "6569", "Grant type tidak sesuai");
    pub(super) const TOKEN_UNKNOWN: Self = Self::new(401, "6500", "Token tidak sesuai");
    pub(super) const TOKEN_EXPIRED: Self = Self::new(401, "6535", "Token kadaluarsa");
    pub(super) const CREDENTIALS: Self = Self::new(401, "6570", "Kredensial tidak sesuai");
    pub(super) const REFERENCE_USED: Self = Self::new(409, "6563", "ReferenceNo sudah digunakan");

    // What a web server says before the vendor's own checks. The vendor publishes no codes for these.
    pub(super) const NO_SUCH_PATH: Self = Self::new(404, "0000", "Not Found");
    pub(super) const WRONG_METHOD: Self = Self::new(405, "0000", "Method Not Allowed");
    pub(super) const TOO_LARGE: Self = Self::new(413, "0000", "Payload Too Large");
    pub(super) const TOO_MANY: Self = Self::new(429, "0000", "Too Many Requests");
    pub(super) const NOT_NOW: Self = Self::new(504, "0000", "Gateway Timeout");
    pub(super) const NOT_JSON: Self = Self::new(415, "0000", "Unsupported Media Type");

    // The partner's account.
    pub(super) const NOT_VERIFIED: Self = Self::new(403, "6524", "Butuh verifikasi terlebih dahulu");
    pub(super) const ADDRESS_NOT_LISTED: Self = Self::new(403, "6571", "IP tidak ada di dalam whitelist");
    pub(super) const ACCOUNT_BLOCKED: Self = Self::new(404, "7009", "Akun telah dinonaktifkan atau diblokir");

    // The product and the customer's number.
    pub(super) const PRODUCT_MISMATCH: Self = Self::new(400, "6525", "Produk tidak sesuai");
    pub(super) const PRODUCT_UNKNOWN: Self = Self::new(404, "7003", "Produk tidak ditemukan");
    pub(super) const NO_CUSTOMER: Self = Self::new(404, "7002", "No Customer tidak ditemukan");
    pub(super) const WRONG_NUMBER: Self =
        Self::new(404, "7011", "No pelanggan salah, pastikan nomor yang diinput sesuai");
    /// The vendor's own sample of a refused inquiry.
    pub(super) const BILLER: Self = Self::billers("CUSTID not recognized. Biller throws exception. Err:5110");
    pub(super) const AMOUNT_TOO_SMALL: Self = Self::billers("Jumlah pembayaran harus lebih besar dari Rp 10.000");

    // Faults of the vendor and its suppliers.
    pub(super) const VENDOR_FAULT: Self = Self::new(500, "9999", "Terjadi kesalahan pada server");
    pub(super) const NOT_IMPLEMENTED: Self = Self::new(501, "9976", "Belum di implementasi");
    pub(super) const SUPPLIER_DOWN: Self = Self::new(503, "9991", "Supplier sedang gangguan");
    /// Not in the vendor's table: what may be added to it tomorrow.
    pub(super) const UNHEARD_OF: Self = Self::new(422, "9123", "Hubungi <b>CS</b> & sebutkan kode_ini*");

    /// A refusal in the biller's own words.
    pub(super) const fn billers(message: &'static str) -> Self {
        Self::new(503, "9998", message)
    }

    const fn new(status: u16, case: &'static str, message: &'static str) -> Self {
        Self { status, case, message }
    }

    /// The nine digits of the response code when `service` refuses.
    pub(super) fn code(&self, service: Service) -> String {
        format!("{}{}{}", self.status, service.0, self.case)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_of_the_vendors_sample_comes_out() {
        assert_eq!(Refusal::BILLER.code(Service::TRANSACTION), "503029998");
    }
}
