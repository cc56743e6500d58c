#!/usr/bin/env bash
# Builds the documentation into docs/_build/html; a warning is an error. Arguments go to Sphinx:
#   bash scripts/docs.sh -D convexplain_videos=0    figures in place of videos: minutes less
#   bash scripts/docs.sh --serve [...]              then opens it in the browser, until Ctrl-C
set -euo pipefail
cd -P "$(dirname "${BASH_SOURCE[0]}")/.."

serves=false
[ "${1:-}" != --serve ] || { serves=true && shift; }
bash scripts/setup.sh develop
.venv/bin/sphinx-build -W --keep-going -j auto -d docs/_build/doctrees "$@" docs docs/_build/html
echo "docs: docs/_build/html/index.html"
! $serves || exec .venv/bin/python tools/serve.py docs/_build/html
