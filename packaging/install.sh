#!/bin/sh
# Installs clusternode for the user who runs this, or into a folder:
#
#   sh install.sh [folder]        # ~/.local/bin if left out
#
# RELEASE_URL is the address of the release, whose files are below it: SHA256SUMS and an archive
# for each platform. What does not have the checksum that stands there is not installed.
set -eu

release=${RELEASE_URL:-@RELEASE_URL@}
temporary=

fail() {
  echo "install.sh: $*" >&2
  exit 1
}

remove_temporary() {
  if [ -n "$temporary" ]; then rm -rf "$temporary"; fi
}

# The platform as the archives are named, from what uname tells.
platform() {
  system=$(uname -s)
  machine=$(uname -m)
  case "$machine" in
  x86_64 | amd64) machine=x86_64 ;;
  aarch64 | arm64) machine=aarch64 ;;
  *) fail "Cannot install as there is no binary for $system on $machine" ;;
  esac
  case "$system" in
  Linux)
    for loader in /lib/ld-musl-*; do
      if [ -e "$loader" ] && [ ! -e /lib64/ld-linux-x86-64.so.2 ] && [ ! -e /lib/ld-linux-aarch64.so.1 ]; then
        fail "Cannot install as the binary needs glibc, and this system has musl"
      fi
    done
    echo "$machine-unknown-linux-gnu"
    ;;
  Darwin) echo "$machine-apple-darwin" ;;
  *) fail "Cannot install as there is no binary for $system on $machine" ;;
  esac
}

# download <name>: the file of the release, into the temporary folder.
download() {
  if command -v curl >/dev/null; then
    curl --fail --silent --show-error --location --output "$temporary/$1" "$release/$1" && return
  elif command -v wget >/dev/null; then
    wget --quiet --output-document "$temporary/$1" "$release/$1" && return
  else
    fail "Cannot download $release/$1 as neither curl nor wget is installed"
  fi
  fail "Cannot download $release/$1"
}

checksum_of() {
  if command -v sha256sum >/dev/null; then
    sha256sum "$1" | cut -d ' ' -f 1
  elif command -v shasum >/dev/null; then
    shasum -a 256 "$1" | cut -d ' ' -f 1
  else
    fail "Cannot verify the download as neither sha256sum nor shasum is installed"
  fi
}

verify() {
  expected=$(awk -v name="$1" '$2 == name || $2 == "*" name { print $1 }' "$temporary/SHA256SUMS")
  if [ -z "$expected" ]; then fail "Cannot verify $1 as $release/SHA256SUMS does not name it"; fi
  found=$(checksum_of "$temporary/$1")
  if [ "$found" != "$expected" ]; then
    fail "Cannot install $release/$1 as its SHA-256 is $found, not $expected"
  fi
}

main() {
  folder=${1:-$HOME/.local/bin}
  release=${release%/}
  case "$release" in
  https://* | http://127.0.0.1:* | http://localhost:*) ;;
  "" | @*) fail "Cannot install as RELEASE_URL does not name a release" ;;
  *) fail "Cannot install from $release as only https:// tells who answers" ;;
  esac
  target=$(platform)
  archive=clusternode-$target.tar.gz
  temporary=$(mktemp -d)
  trap remove_temporary EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  download SHA256SUMS
  download "$archive"
  verify "$archive"
  tar -xzf "$temporary/$archive" -C "$temporary" clusternode
  version=$("$temporary/clusternode" --version) || fail "Cannot run what $archive has in it"
  mkdir -p "$folder"
  # A program that runs cannot be written to, but its name can be given to another file.
  cp "$temporary/clusternode" "$folder/.clusternode.$$"
  chmod 755 "$folder/.clusternode.$$"
  mv "$folder/.clusternode.$$" "$folder/clusternode"
  echo "$folder/clusternode: $version"
  case ":$PATH:" in
  *":$folder:"*) ;;
  *) echo "To run it by its name, put this into the profile of your shell: export PATH=\"$folder:\$PATH\"" ;;
  esac
}

# Nothing runs before all of this file is there.
main "$@"
