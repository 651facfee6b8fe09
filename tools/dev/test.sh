# ./dev test [quick]: every test on the optimised build, then the fast ones under the sanitizers.
mode=${1:-all}
case "$mode" in
  all | quick) ;;
  *) echo "dev test: unknown argument '$mode' (quick, or nothing)" >&2; exit 2 ;;
esac

if [ "$mode" = all ]; then
  build asan
  say "test: sanitizers"
  ctest --preset asan -LE 'slow|release' -j 2
fi
build release
say "test: release"
ctest --preset release -j 2
