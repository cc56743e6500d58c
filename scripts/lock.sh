#!/usr/bin/env bash
# Writes the lock files anew from pyproject.toml: every version that set-up installs, with hashes.
# They hold for Python 3.11 and newer on every system, and name no index host: pip uses its own.
#   bash scripts/lock.sh             keeps the versions that still fit
#   bash scripts/lock.sh --upgrade   takes the newest that fit
set -euo pipefail
cd -P "$(dirname "${BASH_SOURCE[0]}")/.."

tools=$(mktemp -d)
trap 'rm -rf "$tools"' EXIT
"${PYTHON:-python3}" -m venv "$tools"
"$tools/bin/pip" install --quiet --disable-pip-version-check uv

lock() {
    "$tools/bin/uv" pip compile --universal --python-version 3.11 --fork-strategy fewest \
        --generate-hashes --no-emit-index-url --no-emit-find-links --quiet \
        --custom-compile-command "bash scripts/lock.sh" "$@"
}
lock pyproject.toml --extra video --extra print --group dev --group build -o requirements-dev.lock "$@"
# What runs the program, and what must be there before anything is built, in the same versions.
lock pyproject.toml --extra video --extra print --constraint requirements-dev.lock -o requirements.lock "$@"
lock --group build --constraint requirements-dev.lock -o requirements-build.lock "$@"
