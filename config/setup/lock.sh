#!/bin/sh
# Makes the lock files anew from pyproject.toml and *.in. They hold hashes and no address of any registry.
set -eu
cd "$(dirname "$0")/../.."
tools=$(mktemp -d)
trap 'rm -rf "$tools"' EXIT
.venv/bin/python -m venv "$tools"
"$tools/bin/python" -m pip --quiet --disable-pip-version-check install uv

compile() {
    lock=$1
    shift
    echo "Locking $lock …"
    "$tools/bin/uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --no-header "$@" -o "config/requirements/$lock"
}

compile run.lock pyproject.toml --extra postgres --extra build
compile test.lock pyproject.toml --all-extras
compile node.lock config/requirements/node.in --no-annotate
compile postgres.lock config/requirements/postgres.in --no-annotate
(cd config/frontend && npm update --package-lock-only --ignore-scripts --loglevel=error)
