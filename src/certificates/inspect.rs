//! The terminal view of a certificate, CSR, CRL or key: every field, what it means, who checks it.
