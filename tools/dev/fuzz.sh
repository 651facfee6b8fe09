# ./dev fuzz [SECONDS]: libFuzzer on every parser of what comes from outside. The corpus is kept in build/fuzz/corpus and starts
# from the project's own test data; a finding ends the run and names the file that repeats it. SALLYPORT_FUZZ_SEED repeats a run (0: any).
seconds=${1:-600}
[[ "$seconds" =~ ^[0-9]+$ ]] || { echo "dev fuzz: SECONDS must be a number, not '$seconds'" >&2; exit 2; }
build fuzz >&2
declare -A seeds=(
  [capture]="tests/data/captures" [vectors]="tests/data/vectors" [scenario]="sim/scenarios"
  [utilisation_log]="tests/data/logs" [report]="tests/data/logs" [ip_packet]="" [mailbox]=""
  [ike_message]="tests/data/ike" [ike_fragments]="" [ike_certificate]="" [ike_policy]="" [ike_agent]="build/fuzz/seeds/ike_agent"
)
.venv/bin/python tools/agent_seeds.py tests/data/ike build/fuzz/seeds/ike_agent
for binary in build/fuzz/fuzz/fuzz_*; do
  name=${binary##*/fuzz_}
  corpus=build/fuzz/corpus/$name
  mkdir -p "$corpus"
  seed=()
  [ -n "${seeds[$name]:-}" ] && [ -d "${seeds[$name]}" ] && seed=("${seeds[$name]}")
  say "fuzz: $name, $seconds s"
  "$binary" -max_total_time="$seconds" -max_len=65536 -timeout=20 -rss_limit_mb=2048 -print_final_stats=1 \
    -seed="${SALLYPORT_FUZZ_SEED:-0}" -artifact_prefix="build/fuzz/$name-" "$corpus" "${seed[@]}" 2>"build/fuzz/$name.log" \
    || { tail -40 "build/fuzz/$name.log" >&2; exit 1; }
  grep -E 'number_of_executed_units|DONE' "build/fuzz/$name.log" | tail -2
done
