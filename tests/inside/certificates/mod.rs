mod files;
mod killed;
mod revocation;
mod renewal;
mod careful_authority;
mod name_constraints;
mod ml_dsa;
