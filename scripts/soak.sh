#!/usr/bin/env bash
# Runs the tests that take minutes. Arguments go to pytest.
set -euo pipefail
cd -P "$(dirname "${BASH_SOURCE[0]}")/.."

bash scripts/setup.sh browser
status=0
.venv/bin/pytest -m soak "$@" || status=$?
# Pytest's 5: no test was selected. That is no failure of the code.
[ "$status" -ne 5 ] || { echo "soak: no test is marked as soak"; exit 0; }
exit "$status"
