#!/bin/sh
# Prints a Python that is new enough and can make virtual environments; fails with one plain line.
for name in python3 python3.14 python3.13 python3.12 python3.11; do
    if "$name" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
        command -v "$name"
        exit 0
    fi
done
echo "This needs Python 3.11 or newer with its venv module; none was found (on Debian: apt-get install python3 python3-venv)." >&2
exit 1
