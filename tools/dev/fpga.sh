# ./dev fpga [ARGS]            place and route the compact top on an ECP5-85F, three seeds; writes docs/reference/timing.md
#            check            one small module, one seed, nothing written (CI)
#            levels [TOP] ... logic levels on Xilinx 7-series; by default those of the full profile's data path, at most 8
case "${1:-}" in
  "") .venv/bin/python tools/fpga.py place --write ;;
  check)
    [ $# -eq 1 ] || { echo "dev fpga: 'check' takes no arguments" >&2; exit 2; }
    .venv/bin/python tools/fpga.py place --top ghash --seeds 1
    ;;
  levels)
    shift
    if [ $# -eq 0 ]; then
      # The data path: lanes with their ciphers, and of the table what packets go through; not its management, nor the registers.
      .venv/bin/python tools/fpga.py levels sallyport --set FULL=1 --both 'u_lane|gen_bank|u_reply' --limit 8
    elif [[ "$1" == -* ]]; then
      .venv/bin/python tools/fpga.py levels sallyport --set FULL=1 "$@"
    else
      .venv/bin/python tools/fpga.py levels "$@"
    fi
    ;;
  -*) .venv/bin/python tools/fpga.py place "$@" ;;
  *) echo "dev fpga: unknown argument '$1' (check, levels, or options of tools/fpga.py place)" >&2; exit 2 ;;
esac
