mod files;
mod revocation;
mod careful_authority;
