"""Treatment response criteria, one file each."""
