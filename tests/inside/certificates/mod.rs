mod making;
mod revocation;
mod careful_authority;
