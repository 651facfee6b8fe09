# ./dev fpga [ARGS]            place and route the compact top on an ECP5-85F, three seeds; writes docs/reference/timing.md
#            check            one small module, one seed, nothing written (CI)
#            levels          logic levels of the full profile's data path on Xilinx 7-series, at most 8; writes docs/reference/levels.md
#            levels TOP ...  the same of any module, nothing written
case "${1:-}" in
  "") .venv/bin/python tools/fpga.py place --write ;;
  check)
    [ $# -eq 1 ] || { echo "dev fpga: 'check' takes no arguments" >&2; exit 2; }
    .venv/bin/python tools/fpga.py place --top ghash --seeds 1
    ;;
  levels)
    shift
    [ $# -gt 0 ] || set -- --write
    .venv/bin/python tools/fpga.py levels "$@"
    ;;
  -*) .venv/bin/python tools/fpga.py place "$@" ;;
  *) echo "dev fpga: unknown argument '$1' (check, levels, or options of tools/fpga.py place)" >&2; exit 2 ;;
esac
