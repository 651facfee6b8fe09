# ./dev fpga [ARGS]            place and route the compact top on an ECP5-85F, three seeds; writes docs/reference/timing.md
#            check            one small module, one seed, nothing written (CI)
#            levels [TOP] ... logic levels on Xilinx 7-series, by default of the full profile's top
case "${1:-}" in
  "") .venv/bin/python tools/fpga.py place --write ;;
  check) .venv/bin/python tools/fpga.py place --top ghash --seeds 1 ;;
  levels)
    shift
    if [ $# -eq 0 ] || [[ "$1" == -* ]]; then
      .venv/bin/python tools/fpga.py levels sallyport --set FULL=1 "$@"
    else
      .venv/bin/python tools/fpga.py levels "$@"
    fi
    ;;
  -*) .venv/bin/python tools/fpga.py place "$@" ;;
  *) echo "dev fpga: unknown argument '$1' (check, levels, or options of tools/fpga.py place)" >&2; exit 2 ;;
esac
