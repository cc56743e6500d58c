#!/usr/bin/env bash
# Makes a release in dist/: wheel and source, the classroom page, the lessons and the film as videos,
# all in both languages, the site that offers them, notes, and checksums of everything.
#   bash scripts/release.sh                               videos at 720p: half an hour on two cores
#   bash scripts/release.sh -q l                          of another quality, as render has them
#   bash scripts/release.sh --lessons pooling,hierarchy   of these lessons alone
#   bash scripts/release.sh --no-videos                   without: a few minutes
# dist/ is replaced when everything has been made, not before. What is interrupted goes on where it
# stopped: what is finished waits in .release/ for as long as neither the source nor the arguments
# change.
set -euo pipefail
cd -P "$(dirname "${BASH_SOURCE[0]}")/.."

asked=$* quality=m lessons="" videos=1
while [ $# -gt 0 ]; do
    case $1 in
        -q | --quality) quality=${2:?} && shift 2 ;;
        --lessons) lessons=${2:?} && shift 2 ;;
        --no-videos) videos=0 && shift ;;
        *)
            echo "release: give -q QUALITY, --lessons A,B, or --no-videos, not $1" >&2
            exit 2
            ;;
    esac
done

bash scripts/setup.sh develop
export PATH="$PWD/.venv/bin:$PATH"
told=() # the whole chapter is told as one story
[ -z "$lessons" ] || told=(--lessons "$lessons")
[ -n "$lessons" ] || lessons=$(python -c 'from convexplain import lessons; print(",".join(lessons.names()))')
name=convexplain-$(python -c 'import convexplain; print(convexplain.__version__)')
made=$PWD/.release
source=$(find convexplain scenes -name __pycache__ -prune -o -type f -print0 | LC_ALL=C sort -z |
    xargs -0 cat pyproject.toml requirements.lock | cksum)
if [ "$(cat "$made/of" 2>/dev/null)" != "$source $asked" ]; then
    rm -rf "$made"
    mkdir "$made"
    echo "$source $asked" >"$made/of"
fi
rm -rf "${made:?}/dist" "${made:?}/$name"
mkdir -p "$made/dist" "$made/films" "$made/finished"
# once NAME COMMAND...: not again, where it has been done.
once() {
    [ -e "$made/finished/$1" ] || "${@:2}"
    touch "$made/finished/$1"
}

echo "release: source and wheel"
# build KIND FOLDER: in that folder, with the backend that pip would call.
build() {
    (cd "$2" && python -c "import setuptools.build_meta as backend; backend.build_$1('$made/dist')") \
        >"$made/log" 2>&1 || { cat "$made/log" >&2 && exit 1; }
}
build sdist .
# The wheel is made of what the source holds, and of nothing that an earlier build left here.
tar -xzf "$made/dist/$name.tar.gz" -C "$made"
build wheel "$made/$name"
for lang in en zh; do
    convexplain page --lang "$lang" -o "$made/dist/$name-page-$lang.html"
    [ "$videos" = 1 ] || continue
    echo "release: videos, $lang"
    once "film-$lang" convexplain film "${told[@]}" --lang "$lang" -q "$quality" --embed-subtitles --quiet \
        -o "$made/films/$name-film-$lang.mp4"
    mkdir -p "$made/lessons-$lang"
    for lesson in ${lessons//,/ }; do
        once "$lesson-$lang" convexplain render "$lesson" --lang "$lang" -q "$quality" --poster --quiet \
            -o "$made/lessons-$lang/$lesson.mp4"
    done
    python -m zipfile -c "$made/dist/$name-lessons-$lang.zip" "$made/lessons-$lang"/*
done
[ "$videos" = 0 ] || cp "$made"/films/*.mp4 "$made"/films/*.srt "$made/dist"
python tools/release_notes.py "$made/dist" >"$made/NOTES.md"
(cd "$made/dist" && sha256sum -- * >"$made/SHA256SUMS")
cp "$made/SHA256SUMS" "$made/NOTES.md" "$made/dist"

echo "release: the site"
bash scripts/docs.sh -q -D convexplain_videos="$videos" -D convexplain_quality="$quality" \
    -D convexplain_release="$made/dist" -D convexplain_theme=auto
python -m zipfile -c "$made/dist/$name-site.zip" docs/_build/html/*
(cd "$made/dist" && sha256sum -- "$name-site.zip" >>SHA256SUMS)

rm -rf dist
mv "$made/dist" dist
rm -rf "$made"
echo "release: dist/"
ls -l dist
