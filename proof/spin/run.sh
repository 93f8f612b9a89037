#!/usr/bin/env bash
# Checks the model with spin. Prints one line for each configuration; see README.md for what the columns mean.
set -euo pipefail

usage() {
  cat <<'END'
usage: run.sh [--large | --mutants | --findings | --all]
  (nothing)    the configurations that every change should pass
  --large      greater bounds
  --mutants    seeded mistakes: each must be found, by the property that it should break
  --findings   rules of the protocol in two readings: one must break, the other must hold
  --all        all of these
END
}

for tool in spin gcc; do
  if ! command -v "$tool" >/dev/null; then
    echo "run.sh: $tool is missing; on Debian: apt-get install --no-install-recommends spin gcc libc6-dev" >&2
    exit 1
  fi
done

here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$here"/*.pml "$work"
cd "$work"
failed=0
unreached_everywhere=

# check PROPERTY DEFINES: builds and runs pan; PROPERTY is "safety" or the name of an ltl formula. Sets the figures.
check() {
  local property=$1 defines=$2 compile run
  if [ "$property" = safety ]; then
    compile="-DSAFETY -DNOCLAIM" run="-w24"
  else
    compile="-DNFAIR=3 -DNOREDUCE" run="-a -f -N $property -w22" defines="$defines -DLIVE"
  fi
  rm -f pan pan.* ./*.trail
  # shellcheck disable=SC2086
  spin -a $defines greylock.pml >spin.log 2>&1 || { cat spin.log >&2; exit 1; }
  # shellcheck disable=SC2086
  gcc -w -O2 -DMEMLIM=4000 $compile -o pan pan.c || exit 1
  # shellcheck disable=SC2086
  ./pan -m100000 $run >pan.log 2>&1 || true
  states=$(awk '/states, stored/ { printf "%.0f\n", $1; exit }' pan.log)
  transitions=$(awk '/ transitions \(/ { printf "%.0f\n", $1; exit }' pan.log)
  depth=$(sed -n 's/.*depth reached \([0-9]*\),.*/\1/p' pan.log)
  errors=$(sed -n 's/.*errors: \([0-9]*\).*/\1/p' pan.log)
  seconds=$(sed -n 's/^pan: elapsed time \([^ ]*\) seconds.*/\1/p' pan.log)
  broken=$(sed -n -e 's/^pan:[0-9]*: assertion violated \([a-z_0-9]*\) .*/\1/p' -e 's/^pan:[0-9]*: acceptance cycle.*/endless/p' \
    -e 's/^pan:[0-9]*: \(invalid end state\).*/\1/p' pan.log | head -n 1)
  complete=yes
  if grep -qE 'max search depth too small|out of memory|memory limit|reached -DMEMLIM|hashtable full' pan.log; then complete=no; fi
  if [ -z "$errors" ] || [ -z "$states" ]; then complete=no; fi
}

# Lines of the model that the last run did not reach, without those that only a broken property reaches.
unreached() {
  awk -F'[:,]' '/^\tgreylock.pml:/ && !/-end-/ && !/assert\(/ && !/ = 0"$/ { print $2 }' pan.log | sort -u
}

# hold NAME PROPERTY DEFINES: the property must hold and the search must be whole.
hold() {
  local name=$1 property=$2 defines=$3 verdict=ok
  check "$property" "$defines"
  if [ "$complete" = no ] || [ "$errors" != 0 ]; then verdict="FAILED ${broken:-search not whole}"; failed=1; fi
  printf '%-26s %-8s %10s %11s %6s %7s %6s  %s\n' "$name" "$property" "${states:--}" "${transitions:--}" "${depth:--}" \
    "${seconds:--}" "${errors:--}" "$verdict"
  printf '    %s\n' "${defines:-the defaults}"
  if [ "$verdict" != ok ]; then tail -n 5 pan.log >&2; fi
}

# reach NAME PROPERTY DEFINES: hold, and note which steps of the model were never taken.
reach() {
  hold "$@"
  if [ -z "$unreached_everywhere" ]; then
    unreached_everywhere=$work/unreached
    unreached >"$unreached_everywhere"
  else
    comm -12 "$unreached_everywhere" <(unreached) >"$work/both"
    mv "$work/both" "$unreached_everywhere"
  fi
}

# find NAME PROPERTY BROKEN DEFINES: spin must find an error, and it must be this one.
find_error() {
  local name=$1 property=$2 expected=$3 defines=$4 verdict
  check "$property" "$defines"
  if [ "${errors:-0}" != 0 ] && [ "$property" = safety ] && [ "$broken" != "$expected" ]; then
    # Another property broke first: look at all that break.
    ./pan -m100000 -w24 -c0 >pan.log 2>&1 || true
    if grep -q "assertion violated $expected " pan.log; then broken=$expected; fi
  fi
  if [ "${errors:-0}" != 0 ] && [ "$broken" = "$expected" ]; then
    verdict="found as expected"
  else
    verdict="NOT FOUND, got ${broken:-nothing}"
    failed=1
  fi
  printf '%-26s %-8s %-24s %s\n' "$name" "$property" "$expected" "$verdict"
  printf '    %s\n' "$defines"
}

head_hold() {
  printf '%s\n' "$1"
  printf '%-26s %-8s %10s %11s %6s %7s %6s\n' configuration property states transitions depth seconds errors
}

small() {
  head_hold "Configurations. Below each: what differs from the defaults in bounds.pml."
  reach  one-sale           safety "-DFAULTS=3"
  reach  two-sales          safety "-DTRANSACTIONS=2 -DOPERATOR=1 -DFAULTS=1"
  reach  two-numbers        safety "-DTERMINALS=1 -DTRANSACTIONS=2 -DDRAWS=2"
  reach  hasty-operator     safety "-DTERMINALS=1 -DTRANSACTIONS=2 -DDRAWS=2 -DOPERATOR=2 -DFAULTS=1"
  reach  lying-station      safety "-DTRANSACTIONS=2 -DLIAR=1 -DFAULTS=1"
  reach  counters-end       safety "-DTRANSACTIONS=2 -DOTC_END=1 -DFAULTS=1"
  hold   freed              freed   "-DTERMINALS=1 -DOPERATOR=1"
  hold   settled            settled "-DTERMINALS=1 -DOPERATOR=1"
  hold   freed-by-rules     freed   "-DTERMINALS=1 -DWITH_LIES=0 -DWITH_DEAD_PSAM=0"
  if [ -s "$unreached_everywhere" ]; then
    echo "run.sh: steps that no configuration takes, lines of greylock.pml:" >&2
    cat "$unreached_everywhere" >&2
    failed=1
  else
    echo "Every step of the model is taken in one of them at least."
  fi
}

large() {
  head_hold "Greater bounds."
  hold   one-sale           safety "-DFAULTS=5"
  hold   one-sale-numbers   safety "-DDRAWS=2"
  hold   two-sales          safety "-DTRANSACTIONS=2 -DOPERATOR=1"
  hold   two-sales-numbers  safety "-DTRANSACTIONS=2 -DDRAWS=2 -DFAULTS=0"
  hold   two-numbers        safety "-DTERMINALS=1 -DTRANSACTIONS=2 -DDRAWS=2 -DFAULTS=4"
  hold   three-sales        safety "-DTERMINALS=1 -DTRANSACTIONS=3 -DDRAWS=3 -DFAULTS=1 -DMONEY=1"
  hold   more-money         safety "-DTRANSACTIONS=2 -DMONEY=3 -DFAULTS=1"
  hold   hasty-operator     safety "-DTRANSACTIONS=2 -DOPERATOR=2"
  hold   lying-station      safety "-DTRANSACTIONS=2 -DLIAR=1"
  hold   freed              freed   "-DOPERATOR=1"
  hold   freed-again        freed   "-DTERMINALS=1 -DTRANSACTIONS=2 -DDRAWS=2 -DOPERATOR=1 -DFAULTS=1"
  hold   settled            settled "-DOPERATOR=1"
}

mutants() {
  printf '%s\n' "Seeded mistakes."
  printf '%-26s %-8s %-24s\n' mistake property "must break"
  find_error zero-when-missing      safety zero_means_no_fuel "-DM_ZERO_WHEN_MISSING"
  find_error key-by-part            safety zero_means_no_fuel "-DM_PART_KEY -DTERMINALS=1 -DDRAWS=2"
  find_error notice-not-final       safety zero_means_no_fuel "-DM_NOTICE_NOT_FINAL"
  find_error mark-not-cleared       safety debit_once "-DM_NOT_CLEARED"
  find_error torn-debit             safety money_conserved "-DM_TORN"
  find_error ctc-goes-back          safety counters_rise "-DM_CTC_BACK"
  find_error no-sequence-rule       safety way_out_numbers "-DM_NO_SEQUENCE_RULE -DTRANSACTIONS=2 -DOTC_END=1"
  find_error gmac-not-bound         safety debit_is_fuel "-DM_ANY_GMAC -DTERMINALS=1 -DDRAWS=2 -DTRANSACTIONS=2"
  find_error icc-repeats            safety fuel_is_paid "-DM_ICC_REPEATS -DTRANSACTIONS=2 -DOPERATOR=2 -DFAULTS=0"
  find_error ttc-goes-back          safety ttc_never_again "-DM_TTC_BACK -DTERMINALS=1"
  find_error gmac-twice             safety gmac_once "-DM_GMAC_TWICE"
  find_error nozzle-before-journal  safety nozzle_after_durable "-DM_NOZZLE_BEFORE_JOURNAL"
  find_error no-certificate         safety nozzle_after_durable "-DM_NO_CERTIFICATE"
  find_error amount-in-memory       safety fuel_is_paid "-DM_AMOUNT_IN_MEMORY"
  find_error void-after-lock        safety void_never_reached_card "-DM_VOID_AFTER_LOCK"
  find_error clear-before-durable   safety tac_kept "-DM_EARLY_CLEAR"
  find_error status-not-kept        safety tac_kept "-DM_STATUS_NOT_KEPT -DTRANSACTIONS=2"
  find_error settles-twice          safety settled_once "-DM_SETTLES_TWICE -DTRANSACTIONS=2"
  find_error claims-and-settles     safety settled_or_claimed "-DM_HASTY_CLAIM -DTRANSACTIONS=2"
  find_error posts-on-decision      safety settled_is_debited "-DM_POSTED_ON_DECISION"
  find_error believes-any-tac       safety settled_is_debited "-DM_BELIEVES_ANY_TAC"
  find_error blind-succession       safety settled_is_debited "-DM_BLIND_SUCCESSION -DTRANSACTIONS=2 -DOPERATOR=2"
  find_error no-totalizer           safety zero_means_no_fuel "-DWITH_RESTORE=1 -DTERMINALS=1 -DR_ASKS_PSAM -DM_NO_TOTALIZER"
  find_error recovered-flows        safety zero_means_no_fuel "-DWITH_RESTORE=1 -DTERMINALS=1 -DR_ASKS_PSAM -DM_RECOVERED_FLOWS"
  find_error notice-means-wait      freed endless "-DM_NOTICE_MEANS_WAIT -DTERMINALS=1 -DOPERATOR=1"
  find_error no-unblock             freed endless "-DM_NO_UNBLOCK -DTERMINALS=1 -DOPERATOR=1"
  find_error otc-used-up            freed endless "-DM_NO_SEQUENCE_RULE -DTERMINALS=1 -DOPERATOR=1 -DOTC_END=0"
  find_error tac-not-reported       settled endless "-DM_TAC_NOT_REPORTED -DTERMINALS=1 -DOPERATOR=1"
}

findings() {
  printf '%s\n' "Findings: first the rule that breaks, then the rule that holds."
  find_error 1-restored-journal     safety zero_means_no_fuel "-DWITH_RESTORE=1 -DTERMINALS=1"
  hold       1-restored-is-silent   safety "-DWITH_RESTORE=1 -DR_RESTORED_SILENT"
  hold       1-asks-psam            safety "-DWITH_RESTORE=1 -DR_ASKS_PSAM"
  find_error 2-false-tac            safety tac_kept "-DF_FALSE_TAC -DTERMINALS=1"
  find_error 2-false-tac            settled endless "-DF_FALSE_TAC -DTERMINALS=1 -DOPERATOR=1"
  hold       2-tac-compared         safety "-DF_FALSE_TAC -DR_COMPARES_TAC"
  hold       2-tac-compared         settled "-DF_FALSE_TAC -DR_COMPARES_TAC -DTERMINALS=1 -DOPERATOR=1"
  find_error 3-altered-balance      freed endless "-DWITH_DEAD_PSAM=0 -DTERMINALS=1"
  hold       3-notice-by-number     freed "-DR_NOTICE_BY_NUMBER -DWITH_DEAD_PSAM=0 -DTERMINALS=1"
  hold       3-notice-by-number     safety "-DR_NOTICE_BY_NUMBER -DTRANSACTIONS=2 -DFAULTS=1"
  find_error 4-dead-psam-no-fuel    freed endless "-DMONEY=0 -DWITH_LIES=0 -DTERMINALS=1"
  hold       4-notice-if-no-fuel    freed "-DR_DEAD_ZERO_NOTICE -DMONEY=0 -DWITH_LIES=0 -DTERMINALS=1"
  hold       4-notice-if-no-fuel    safety "-DR_DEAD_ZERO_NOTICE"
}

case "${1-}" in
  "") small ;;
  --large) large ;;
  --mutants) mutants ;;
  --findings) findings ;;
  --all) small; large; mutants; findings ;;
  -h | --help) usage; exit 0 ;;
  *) usage >&2; exit 1 ;;
esac

if [ "$failed" != 0 ]; then
  echo "run.sh: something is wrong, see above" >&2
  exit 1
fi
