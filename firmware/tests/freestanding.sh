#!/bin/sh
# The firmware needs no run time: compiled freestanding and linked together, nothing is undefined but the four functions that a compiler
# may call by itself. No heap, no exceptions, no RTTI, no standard library.
#   freestanding.sh CXX PROJECT_FOLDER OUTPUT_FOLDER
set -eu
cxx=$1 project=$2 out=$3
mkdir -p "$out"
for source in "$project"/firmware/src/*.cpp; do
  "$cxx" -std=c++20 -Os -ffreestanding -fno-exceptions -fno-rtti -fno-threadsafe-statics -fno-stack-protector \
    -I"$project/firmware/include" -I"$project/driver/include" -c "$source" -o "$out/$(basename "$source").o"
done
ld -r "$out"/*.cpp.o -o "$out/firmware.o"
undefined=$(nm -u "$out/firmware.o" | awk '{print $2}' | grep -vxE 'memcpy|memmove|memset|memcmp|_GLOBAL_OFFSET_TABLE_' || true)
if [ -n "$undefined" ]; then
  printf 'the firmware needs what a bare core does not have:\n%s\n' "$undefined" >&2
  exit 1
fi
size "$out/firmware.o"
