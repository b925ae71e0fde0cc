#!/bin/sh
# Makes XLA's CPU client a PJRT plugin, so that everything about engine xla can be tried without a GPU:
#   pip install --no-deps tensorflow-cpu
#   PYTHON=python3 bench/gpu/cpu-plugin/build.sh cpu_plugin.so
#   CPU_DEVICES=4 node packages/engine/bench/xla-check.mjs cpu_plugin.so
# CPU_DEVICES is how many devices it says it has. Written for tensorflow-cpu 2.21; takes a minute.
set -eu
here=$(dirname "$0")
find_tensorflow='import importlib.util as u; print(u.find_spec("tensorflow").submodule_search_locations[0])'
tensorflow=$("${PYTHON:-python3}" -c "$find_tensorflow")
include=$tensorflow/include
c++ -std=c++17 -O1 -w -fPIC -shared -DNDEBUG -o "$1" "$here/plugin.cc" \
  -I "$here/stub" -I "$include" -I "$include/external/farmhash_archive/src" -I "$include/external/highwayhash" \
  -L "$tensorflow" -Wl,-rpath,"$tensorflow" -l:libtensorflow_cc.so.2 -l:libtensorflow_framework.so.2
