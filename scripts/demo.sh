#!/usr/bin/env bash
# From a fresh clone to a video: installs what the program lacks, nothing for developers, renders the
# sliding window of a bundled digit, and says what was written and what to try next.
# Arguments go to `convexplain render`: bash scripts/demo.sh -ql
set -euo pipefail
cd -P "$(dirname "${BASH_SOURCE[0]}")/.."

bash scripts/setup.sh
.venv/bin/convexplain render "$@"
echo "convexplain is .venv/bin/convexplain here; source .venv/bin/activate makes it a command"
