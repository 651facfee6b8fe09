# ./dev bench [datapath [--quick] [--lanes 1,2] [--write]]
# Without arguments: clocks per packet of the compact profile against the floor that its AES engines set.
# datapath: every profile, size and number of lanes in clocks, simulation speed, area; out/bench/datapath.json.
case "${1:-}" in
  "")
    build release sallyport_bench >&2
    build/release/bin/sallyport_bench
    ;;
  datapath)
    shift
    build release sallyport_datapath_bench gcm_pipe_bench sallyport >&2
    .venv/bin/python tools/datapath_report.py build/release "$@"
    ;;
  *) echo "dev bench: unknown benchmark '$1' (datapath)" >&2; exit 2 ;;
esac
