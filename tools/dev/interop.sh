# ./dev interop [quick] [--only TEXT] [--list]: our agent against other implementations, in network namespaces of its own.
arguments=()
if [ "${1:-}" = quick ]; then
  shift
  arguments+=(--quick)
fi

# fetch PACKAGE[=VERSION]: the .deb, into the working directory. Lists of packages may be missing or old.
fetch() {
  apt-get download -qq -o APT::Sandbox::User=root "$1" || { apt-get update -qq && apt-get download -qq -o APT::Sandbox::User=root "$1"; }
}

# unpack_package FOLDER PACKAGE[=VERSION]: the files of a Debian package, not installed. Does nothing when they are there.
unpack_package() {
  local folder=$1 package=$2 download
  [ "$(cat "$folder/.unpacked" 2>/dev/null || true)" != "$package" ] || return 0
  say "setup: unpacking $package into $folder"
  download=$(mktemp -d)
  # The tests that need it are skipped, and say so, where it cannot be had.
  if (cd "$download" && fetch "$package") >&2; then
    rm -rf "$folder"
    mkdir -p "$folder"
    dpkg-deb -x "$download"/*.deb "$folder"
    echo "$package" >"$folder/.unpacked"
  fi
  rm -rf "$download"
}

# guest_kernel: the package of Debian's newest 6.1 kernel for virtual machines, of those that the lists know.
guest_kernel() {
  apt-cache depends linux-image-cloud-amd64 2>/dev/null | sed -n 's/.*Depends: \(linux-image-6\.1\.[^ ]*\)$/\1/p'
}

install_packages tools/packages-interop.txt
# Not installed: it conflicts with strongSwan's packages (both own /usr/sbin/ipsec), and would start a service.
unpack_package build/interop/libreswan libreswan=4.10-2+deb12u1
# Not installed: they are for a guest in QEMU.
unpack_package build/interop/busybox busybox-static
if [ ! -f build/interop/linux/.unpacked ]; then
  [ -n "$(guest_kernel)" ] || apt-get update -qq >&2 || true
  unpack_package build/interop/linux "$(guest_kernel)"
fi
build release ike_peer xfrm_ack_shim >&2
exec python3 tests/interop/run.py build/release/bin/ike_peer "${arguments[@]}" "$@"
