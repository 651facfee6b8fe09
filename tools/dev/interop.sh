# ./dev interop [quick] [--only TEXT] [--list]: our agent against strongSwan, in network namespaces of its own.
arguments=()
if [ "${1:-}" = quick ]; then
  shift
  arguments+=(--quick)
fi
install_packages tools/packages-interop.txt
build release ike_peer >&2
exec python3 tests/interop/run.py build/release/bin/ike_peer "${arguments[@]}" "$@"
