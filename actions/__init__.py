"""Every change to the store: permission, rule, rows and audit entry in one transaction. One verb a function."""
