"""The long audit and its page; what measures is `tests/privacy/audit`."""
