# ./dev lint [quick]: what can be told without running anything. 'quick' has clang-tidy look at a quarter of the sources, another one with
# each commit, and leaves the paths through functions out (clang-analyzer), which take as long as all the rest.
case "${1:-}" in
  "" | quick) ;;
  *) echo "dev lint: unknown argument '$1' (quick, or nothing)" >&2; exit 2 ;;
esac
say "lint: generated files"
.venv/bin/python abi/generate.py --check

say "lint: Verilator -Wall over the top, in every named configuration"
mapfile -t rtl_flags < <(cmake -P tools/dev/rtl_files.cmake 2>&1)
# Profile, SAs, window, lanes, AES engines, their S-boxes in block RAM, management core.
for config in "0 64 64 1 6 1 1" "0 1024 64 1 2 0 0" "0 1024 1024 1 1 0 1" "0 16384 64 1 2 0 0" "1 64 64 1 2 0 1" "1 1024 1024 2 2 0 0" \
  "1 16384 64 8 2 0 1"; do
  read -r full sas window lanes engines sbox_ram core <<<"$config"
  verilator --lint-only -Wall --no-timing "-GFULL=1'b$full" "-GNUM_SAS=$sas" "-GWINDOW=$window" "-GLANES=$lanes" "-GENGINES=$engines" \
    "-GSBOX_RAM=1'b$sbox_ram" "-GCORE=1'b$core" --top-module sallyport "${rtl_flags[@]}" rtl/top/sallyport.sv
done

say "lint: clang-tidy"
build release >&2
# accelerator_lanes_4 and _8 are accelerator_lanes_2 with another number; their models take minutes and only the benchmark builds them.
mapfile -t sources < <(git ls-files '*.cpp' | grep -vE '(^|/)tests/|accelerator_lanes_[48]|^firmware/image/')
checks=()
if [ "${1:-}" = quick ]; then
  checks=('--checks=-clang-analyzer-*')
  turn=$(($(git rev-list --count HEAD) % 4))
  mapfile -t sources < <(printf '%s\n' "${sources[@]}" | awk -v turn="$turn" 'NR % 4 == turn')
fi
printf '%s\n' "${sources[@]}" | xargs -P 2 -n 4 clang-tidy --quiet -p build/release "${checks[@]}" \
  --extra-arg=-Wno-unknown-warning-option --warnings-as-errors='*' 2>&1 | grep -vE '^[0-9]+ warnings generated' || [ "${PIPESTATUS[1]}" -eq 0 ]

say "lint: clang-tidy of the firmware's image"
# As the cross compiler sees it (firmware/image/CMakeLists.txt).
mapfile -t host_headers < <(g++ -E -x c++ -v /dev/null 2>&1 | sed -n 's/^ \(.*c++.*\)/-isystem\n\1/p')
clang-tidy --quiet firmware/image/*.cpp --warnings-as-errors='*' -- --target=riscv32-unknown-elf -march=rv32imc -std=c++20 -ffreestanding \
  -isystem firmware/image/shim "${host_headers[@]}" -Ifirmware/include -Idriver/include -DSALLYPORT_MAX_SAS=64 -DSALLYPORT_NOTICES=32 \
  -DSALLYPORT_OWNERS=64 2>&1 | grep -vE '^[0-9]+ warnings generated' || [ "${PIPESTATUS[0]}" -eq 0 ]
