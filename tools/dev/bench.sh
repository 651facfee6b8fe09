# ./dev bench [datapath [--quick] [--lanes 1,2] [--write] | firmware [--write] | rekey [--write] | ike [--quick] [--write]]
# Without arguments: clocks per packet of the compact profile against the floor that its AES engines set.
# firmware: clocks of the firmware on the management core, sizes of its image; out/bench/firmware.json.
# rekey: a full table whose SAs are rekeyed in turn, by load, and the shortest life against round trip and loss; out/bench/rekey.json.
# ike: our agent beside stock charon, each against the same load peer, in network namespaces (root); out/bench/ike.json.
# datapath: every profile, size and number of lanes in clocks, simulation speed, area; out/bench/datapath.json.
case "${1:-}" in
  "")
    build release sallyport_bench >&2
    build/release/bin/sallyport_bench
    ;;
  datapath)
    shift
    build release sallyport_datapath_bench gcm_pipe_bench sallyport >&2
    fast=()
    if [[ " $* " != *" --quick "* ]]; then
      build fast sallyport gcm_pipe_bench >&2
      fast=(--fast build/fast)
    fi
    area=()
    if [ -f out/synth/area.json ]; then
      area=(--area out/synth/area.json)
    else
      echo "dev bench: no area table without ./dev synth" >&2
    fi
    .venv/bin/python tools/datapath_report.py build/release "${fast[@]}" "${area[@]}" "$@"
    ;;
  firmware)
    shift
    build release sallyport_firmware_bench >&2
    .venv/bin/python tools/firmware_report.py build/release "$@"
    ;;
  rekey)
    shift
    build release sallyport_rekey_bench >&2
    .venv/bin/python tools/rekey_report.py build/release "$@"
    ;;
  ike)
    shift
    install_packages tools/packages-interop.txt
    build release ike_peer >&2
    .venv/bin/python tools/ike_bench.py build/release/bin/ike_peer "$@"
    ;;
  *) echo "dev bench: unknown benchmark '$1' (datapath, firmware, rekey, ike)" >&2; exit 2 ;;
esac
