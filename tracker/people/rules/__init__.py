"""Pure rules about people: passwords, lock-out, tokens, the import table."""
