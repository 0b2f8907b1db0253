#!/usr/bin/env bash
# Makes the stubs in tidemill/v1 from proto; needs protoc and its Python gRPC plugin.
set -eu
cd "$(dirname "$0")"
plugin=$(command -v grpc_python_plugin) || { echo "grpc_python_plugin is not installed" >&2; exit 1; }
proto=../../proto/src/main/proto
protoc -I "$proto" --plugin=protoc-gen-grpc_python="$plugin" \
  --python_out=. --grpc_python_out=. "$proto"/tidemill/v1/*.proto
touch tidemill/__init__.py tidemill/v1/__init__.py
