#!/usr/bin/env bash
# The checks of rooms and style refuse what they promise to refuse, and nothing else: a small clean
# house passes, and each offence alone makes `tools/run_tests rooms style` fail with its own words.
set -euo pipefail
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
house=$(mktemp -d)
trap 'rm -rf "$house"' EXIT
failures=0

build_house() {
  rm -rf "${house:?}"/*
  mkdir -p "$house"/src/{base,world/real,log,control}
  cp -r "$top/tools" "$house/tools"
  cp "$top/.clang-format" "$house/"
  cp "$top/src/rooms.txt" "$house/src/"
  for room in base world log control; do
    echo "# $room" >"$house/src/$room/README.md"
    echo "\`$room/\` has its line." >>"$house/src/README.md"
  done
  cat >"$house/src/base/ids.h" <<'CPP'
#pragma once

namespace rondo {

/// A mutex, std::mutex, is only spoken of here, as is "std::thread" in the text below.
inline const char* words() { return "std::mutex, getenv(\"HOME\"), system_clock::now()"; }

}  // namespace rondo
CPP
  cat >"$house/src/log/log.cpp" <<'CPP'
#include "base/ids.h"

namespace rondo {

long million() { return 1'000'000; }

}  // namespace rondo
CPP
  cat >"$house/src/world/real/disk.cpp" <<'CPP'
#include <mutex>

namespace rondo {

void locked() {
  static std::mutex mutex;
  const std::lock_guard lock(mutex);
}

}  // namespace rondo
CPP
}

# what is shown, the words that must appear (empty: all must pass)
expect() {
  local what=$1 words=$2 output code=0
  output=$(cd "$house" && tools/run_tests rooms style 2>&1) || code=$?
  local last=${output##*$'\n'}
  if [[ -z $words && $code == 0 && $last == '2 passed, 0 failed' ]]; then
    echo "ok   $what"
  elif [[ -n $words && $code != 0 && $output == *"$words"* && $last == '1 passed, 1 failed' ]]; then
    echo "ok   $what"
  else
    echo "FAIL $what (exit $code)"
    echo "$output"
    failures=$((failures + 1))
  fi
}

offend() {  # what, the words, file, its text
  build_house
  mkdir -p "$(dirname "$house/$3")"
  printf '%s\n' "$4" >>"$house/$3"
  expect "$1" "$2"
}

body() { for ((i = 0; i < $1; i++)); do echo "  value += $i;"; done; }
pragma=$'#pragma once\n'

build_house
expect "a clean house passes" ""

offend "an include of a room above is refused" \
  "src/base/up.h:3: room base must not see room control" \
  src/base/up.h "$pragma"$'\n#include "control/graph.h"'
offend "an include of a room on the same line is refused" \
  "src/log/side.h:3: room log must not see room warehouse" \
  src/log/side.h "$pragma"$'\n#include "warehouse/batch.h"'
offend "a mutex outside its place is refused" \
  'src/log/lock.h:5: `std::mutex` belongs only into world/real' \
  src/log/lock.h "$pragma"$'\n#include <mutex>\n\ninline std::mutex mutex;'
offend "the clock outside its place is refused" \
  'src/control/now.cpp:3: `system_clock::now` belongs only into world/real' \
  src/control/now.cpp \
  $'#include <chrono>\n\nauto now() { return std::chrono::system_clock::now(); }'
offend "a driver outside its room is refused" \
  'src/control/duck.cpp:1: `#include "duckdb.h` belongs only into warehouse' \
  src/control/duck.cpp '#include "duckdb.h"'
build_house
rm "$house/src/log/README.md"
expect "a room without a README is refused" "src/log:1: no README.md"

offend "a file of 500 lines passes" "" src/base/long.h "$pragma$(yes '// line' | head -n 499)"
offend "a file of 501 lines is refused" "src/base/long.h:501: 501 lines, at most 500" \
  src/base/long.h "$pragma$(yes '// line' | head -n 500)"
offend "a line of 101 columns is refused" "src/base/wide.h:2: 101 columns" \
  src/base/wide.h "$pragma// $(printf 'x%.0s' {1..98})"
offend "a wide line in a raw string passes" "" \
  src/base/sample.h \
  "$pragma"$'\ninline const char* sample = R"(\n'"$(printf 'x%.0s' {1..150})"$')";'
offend "a function of 70 lines passes" "" \
  src/base/deep.cpp $'int deep(int value) {\n'"$(body 67)"$'\n  return value;\n}'
offend "a function of 71 lines is refused" "src/base/deep.cpp:1: a function of 71 lines" \
  src/base/deep.cpp $'int deep(int value) {\n'"$(body 68)"$'\n  return value;\n}'
offend "a header without #pragma once is refused" 'src/base/bare.h:1: no `#pragma once`' \
  src/base/bare.h 'int bare();'
offend "a mark of unfinished work is refused" "src/base/later.h:2: unfinished work" \
  src/base/later.h "$pragma// TO""DO: later"
offend "a name that is not snake_case is refused" "src/base/BigName.h:1: file names" \
  src/base/BigName.h "$pragma"
if clang-format --version 2>/dev/null | grep -q 'version 14\.'; then
  offend "formatting by hand is refused" "src/base/ugly.h:3: not as clang-format writes it" \
    src/base/ugly.h "$pragma"$'\nint  ugly( );'
fi

exit $((failures > 0))
