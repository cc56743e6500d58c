#!/usr/bin/env bash
# Sets up, then checks style, types, the import table, and runs the tests.
# Arguments go to pytest: bash scripts/test.sh tests/test_ops.py -k stride
set -euo pipefail
cd -P "$(dirname "${BASH_SOURCE[0]}")/.."

bash scripts/setup.sh browser
export PATH="$PWD/.venv/bin:$PATH"
# Tests start hundreds of processes: all but the first find the bytecode that is written here.
export PYTHONDONTWRITEBYTECODE=
# Each of two workers has a core: more threads would only wait for one another.
export OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1

# One core looks at types; the other at style, then writes the bytecode of all tests, unless an
# earlier run did: both workers read it.
types=$(mktemp)
mypy >"$types" 2>&1 &
looking=$!
trap 'kill "$looking" 2>/dev/null || true; rm -f "$types"' EXIT
ruff check .
ruff format --check .
lint-imports --no-cache  # its cache can miss a module that became a package
if [ ! -d tests/__pycache__ ]; then
    pytest --collect-only --quiet "$@" >/dev/null 2>&1 || true  # what cannot be collected is told below
fi
failed=0
# Two workers, each with a file of tests at a time: what a file's tests share is made once.
pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder "$@" || failed=$?
wait "$looking" || failed=1
cat "$types"
exit "$failed"
