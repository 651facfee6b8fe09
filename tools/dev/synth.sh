# ./dev synth [TARGET]: Yosys for ecp5 and xc7, both profiles. Without TARGET the table in docs/reference/area.md is
# written; 'check' (CI) stops when all memories are mapped and writes nothing.
[ $# -le 1 ] || { echo "dev synth: one target at most" >&2; exit 2; }
case "${1:-}" in
  "") .venv/bin/python tools/synth.py --write ;;
  check) .venv/bin/python tools/synth.py --memories ;;
  ecp5 | xc7) .venv/bin/python tools/synth.py --target "$1" ;;
  *) echo "dev synth: unknown target '$1' (ecp5, xc7, check)" >&2; exit 2 ;;
esac
