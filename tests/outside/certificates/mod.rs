mod making;
mod revocation;
