#!/bin/sh
# Lays out the files of the container image: scripts/image_root.sh <binary> <folder>
#
# In <folder>/root goes what belongs to root, in <folder>/data the folder of the registry.
#
# The binary needs a few C libraries and nothing else. They are asked of the dynamic linker, not
# listed here, so that this works on each processor and with each version of the base runtime.
set -eu

binary=$1
root=$2/root

mkdir -p "$root" "$2/data"
cp "$binary" "$root/clusternode"

# Lines of ldd are `libm.so.6 => /lib/…/libm.so.6 (0x…)`, of the linker itself `/lib64/ld-… (0x…)`.
# Each is copied as a plain file under the path at which it is looked for.
ldd "$binary" | grep -o '/[^ ]*' | while read -r library; do
  mkdir -p "$root$(dirname "$library")"
  cp -L "$library" "$root$library"
done

chmod 0750 "$2/data"
