#!/bin/sh
# Usage: install.sh run|test. Makes .venv with exactly what the lock file names, and the package itself, editable.
set -eu
cd "$(dirname "$0")/../.."
what=$1
pip() {
    .venv/bin/python -m pip --quiet --disable-pip-version-check --no-input "$@" || {
        echo "pip could not install what is needed (its own words stand above). Is the package registry reachable?" >&2
        exit 1
    }
}

if ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
    python=$(sh config/setup/python.sh)
    echo "Making .venv with $("$python" --version) …"
    "$python" -m venv --clear .venv
fi
echo "Installing the locked packages of config/requirements/$what.lock …"
pip install --require-hashes -r "config/requirements/$what.lock"
if ! command -v npm >/dev/null 2>&1; then
    echo "There is no npm: installing the Node wheel to build the front end …"
    pip install --require-hashes -r config/requirements/node.lock
fi
echo "Building the front end and installing the package …"
.venv/bin/python config/build_assets.py
pip install --no-build-isolation --no-deps --editable .
# test.lock holds all of run.lock, so one installation for the tests serves both.
touch .venv/run.ready ".venv/$what.ready"
