#!/usr/bin/env bash
# Puts an emulated 64-bit Arm computer with Python and LiteRT into a folder of its own:
# QEMU's user mode, Debian's arm64 Python, and the aarch64 wheels. Needs apt, pip and a
# network; installs nothing on this machine. About 300 MB, a minute.
#
#   tests/arm/set_up.sh [FOLDER]
#   python -m pytest -m slow tests/arm
set -euo pipefail
folder=${1:-${HANDYPOSE_ARM:-${HANDYPOSE_CACHE:-$HOME/.cache/handypose_tf}/arm}}
python=${PYTHON:-python3}
mkdir -p "$folder"/{lists/partial,cache/archives/partial,debs,root,host,wheels}
cd "$folder"
: > status
arm64=(-qq -o APT::Architecture=arm64 -o APT::Architectures::=arm64
    -o Dir::State::Lists="$PWD/lists" -o Dir::State::status="$PWD/status"
    -o Dir::Cache="$PWD/cache" -o APT::Sandbox::User=root)

echo "QEMU"
(cd debs && apt-get -qq -o APT::Sandbox::User=root download qemu-user-static)
dpkg-deb --extract debs/qemu-user-static_*.deb host

echo "Python for arm64"
apt-get "${arm64[@]}" update
apt-get "${arm64[@]}" install --yes --no-install-recommends --download-only \
    python3 libstdc++6
for package in cache/archives/*.deb; do dpkg-deb --extract "$package" root; done

echo "wheels for aarch64"
version=$(basename "$(ls root/usr/bin/python3.[0-9]*)" | sed 's/python3\.//')
litert=$("$python" -c "from importlib.metadata import version as v; print(v('ai-edge-litert'))")
"$python" -m pip download --quiet --no-deps --dest wheels --only-binary=:all: \
    --implementation cp --python-version "3.$version" \
    --abi "cp3$version" --abi abi3 --abi none \
    --platform manylinux2014_aarch64 --platform manylinux_2_17_aarch64 \
    --platform manylinux_2_27_aarch64 --platform manylinux_2_28_aarch64 \
    "ai-edge-litert==$litert" numpy opencv-python-headless tqdm \
    backports.strenum flatbuffers typing-extensions protobuf ml_dtypes
# The tests look for `site`: it is there only when everything is.
rm -rf site site.part
for wheel in wheels/*.whl; do "$python" -m zipfile --extract "$wheel" site.part; done
mv site.part site

rm -rf cache debs lists status wheels
find host/usr/bin -type f ! -name qemu-aarch64-static -delete
echo "ready: $folder"
