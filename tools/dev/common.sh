# Functions that the subcommands of ./dev share. Sourced with the project's root as working directory.

say() { printf '\033[1m%s\033[0m\n' "$*" >&2; }

# install_packages FILE: Debian packages by name. Does nothing when all are there.
install_packages() {
  local missing=() name
  while read -r name; do
    [ "$(dpkg-query -W -f='${db:Status-Abbrev}' "$name" 2>/dev/null || true)" = "ii " ] || missing+=("$name")
  done < <(grep -v '^#' "$1")
  [ ${#missing[@]} -gt 0 ] || return 0
  say "setup: installing Debian packages: ${missing[*]}"
  local root=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || { echo "setup: these packages are missing and there is no sudo; as root run: apt-get install ${missing[*]}" >&2; exit 1; }
    root=(sudo)
  fi
  "${root[@]}" apt-get update -qq >&2
  "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >&2
}

# Debian packages (tools/packages.txt) and pinned wheels (tools/requirements.txt). Does nothing when all is there.
setup() {
  install_packages tools/packages.txt
  if ! cmp -s tools/requirements.txt .venv/requirements.installed; then
    say "setup: installing Python tools into .venv"
    python3 -m venv --clear .venv
    .venv/bin/pip install --quiet --disable-pip-version-check --require-hashes -r tools/requirements.txt
    cp tools/requirements.txt .venv/requirements.installed
  fi
}

# build PRESET [TARGETS]
build() {
  local preset=$1
  shift
  case "$preset" in
    release | debug | asan | fuzz) ;;
    fast) build_fast "$@"; return ;;
    *) echo "dev: no preset '$preset' (release, fast, debug, asan, fuzz)" >&2; exit 2 ;;
  esac
  [ -f "build/$preset/build.ninja" ] || cmake --preset "$preset" >/dev/null
  say "build: $preset"
  cmake --build --preset "$preset" ${1:+--target "$@"}
}

# build_fast [TARGETS]: built, run on the scenarios that stand for the rest, and built again by what ran there.
build_fast() {
  local scenario
  rm -rf build/fast/training
  cmake --preset fast -DSALLYPORT_TRAIN=make >/dev/null
  find build/fast -name '*.gcda' -delete
  say "build: fast, to be trained"
  cmake --build --preset fast --target sallyport gcm_pipe_bench
  say "build: training"
  for scenario in demo full_rate; do
    build/fast/bin/sallyport run "sim/scenarios/$scenario.toml" --out "build/fast/training/$scenario" >/dev/null
  done
  build/fast/bin/gcm_pipe_bench >/dev/null
  cmake --preset fast -DSALLYPORT_TRAIN=use >/dev/null
  say "build: fast, trained"
  cmake --build --preset fast --target "${@:-sallyport}"
}

# run PROGRAM ARGS: programs stand in build/release/bin.
run() {
  local program=${1:-}
  build release >&2
  if [ -z "$program" ]; then
    ls build/release/bin
    return
  fi
  shift
  if [ ! -x "build/release/bin/$program" ]; then
    echo "dev: no program '$program'; there are: $(ls build/release/bin | tr '\n' ' ')" >&2
    exit 2
  fi
  exec "build/release/bin/$program" "$@"
}
