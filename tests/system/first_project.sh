#!/usr/bin/env bash
# A first project from `rondo init`: checked, run, broken and mended, as a newcomer would.
# timeout: 120
set -u
RONDO=${RONDO:-build/dev/rondo}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export NO_COLOR=1
failed=0

check() {  # what, condition…
  local what=$1
  shift
  if "$@"; then echo "ok   $what"; else echo "FAIL $what"; failed=1; fi
}
has() { grep -qF -- "$2" "$1"; }
lacks() { ! grep -qF -- "$2" "$1"; }
deliveries() {
  "$RONDO" query "select count(*) as n from rondo.deliveries" --json -p "$work/shop" \
    >"$work/query.txt"
}
equals() { [[ $1 == "$2" ]] || { echo "     expected $2, found $1"; false; }; }

"$RONDO" init "$work/shop" >"$work/init.txt" 2>&1
check "init makes a project" equals $? 0
"$RONDO" init "$work/shop" >"$work/again.txt" 2>&1
check "init never overwrites one" equals $? 1
check "and says so" has "$work/again.txt" R0901

"$RONDO" check -p "$work/shop" >"$work/check.txt" 2>&1
check "check finds nothing wrong" equals $? 0
check "check touches nothing" test ! -e "$work/shop/.rondo"

"$RONDO" run -p "$work/shop" >"$work/run.txt" 2>"$work/run.err"
check "run succeeds" equals $? 0
check "nobody else on the machine may read the warehouse" \
  equals "$(stat -c %a "$work/shop/.rondo/warehouse.duckdb")" 640
check "one record is sent" has "$work/run.txt" "1 sent"
check "two are blocked" has "$work/run.txt" "2 blocked"
check "the file holds who said yes, and nobody else" \
  equals "$(cut -d, -f1 "$work/shop/data/out/berlin.csv" | tail -n +2)" ada@mail.example

"$RONDO" run -p "$work/shop" >"$work/second.txt" 2>&1
check "a second run sends nothing" has "$work/second.txt" "0 sent"

"$RONDO" why sync:berlin_newsletter -p "$work/shop" >"$work/why.txt" 2>&1
check "why names the missing consent" has "$work/why.txt" consent_missing
check "why names the withdrawn consent" has "$work/why.txt" consent_withdrawn
"$RONDO" profile ada@mail.example -p "$work/shop" >"$work/profile.txt" 2>&1
check "profile shows where a value came from" has "$work/profile.txt" people.list.first_name
deliveries
check "query answers in JSON" equals "$(cat "$work/query.txt")" '{"rows":[{"n":1}]}'
"$RONDO" query "delete from rondo.deliveries" -p "$work/shop" >/dev/null 2>&1
deliveries
check "query cannot change anything" equals "$(cat "$work/query.txt")" '{"rows":[{"n":1}]}'

"$RONDO" query "commit; drop table rondo.deliveries" -p "$work/shop" >/dev/null 2>&1
check "not even with a commit of its own" equals $? 1
"$RONDO" query "copy rondo.deliveries to '$work/taken.csv'" -p "$work/shop" >/dev/null 2>&1
check "nor write a file" test ! -e "$work/taken.csv"

"$RONDO" query "select chr(27) || '[31mred' as name" -p "$work/shop" >"$work/escape.txt"
check "a value cannot steer the terminal" lacks "$work/escape.txt" $'\033'
check "and is shown all the same" has "$work/escape.txt" "?[31mred"

sed -i 's/^purpose:/porpose:/' "$work/shop/syncs/berlin_newsletter.yaml"
"$RONDO" run -p "$work/shop" >"$work/broken.txt" 2>&1
check "a misspelt key stops the run" equals $? 1
check "with file and line" has "$work/broken.txt" "syncs/berlin_newsletter.yaml:6:1"
check "and a suggestion" has "$work/broken.txt" "did you mean \`purpose\`"

for arguments in "" "nonsense" "run --nonsense" "schema nonsense" "explain R9999"; do
  # shellcheck disable=SC2086
  "$RONDO" $arguments >/dev/null 2>&1
  check "\`rondo $arguments\` is wrong usage" equals $? 2
done
"$RONDO" explain R0103 >"$work/explain.txt" 2>&1
check "explain knows a code" has "$work/explain.txt" R0103
exit $failed
