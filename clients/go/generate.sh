#!/usr/bin/env bash
# Makes the stubs in v1 from proto; needs protoc, protoc-gen-go and protoc-gen-go-grpc.
set -eu
cd "$(dirname "$0")"
proto=../../proto/src/main/proto
module=tidemill.io/client
options=module=$module
for file in codes types execution_service state_service; do
  options=$options,Mtidemill/v1/$file.proto="$module/v1;tidemillv1"
done
protoc -I "$proto" --go_out=. --go_opt="$options" --go-grpc_out=. --go-grpc_opt="$options" \
  "$proto"/tidemill/v1/*.proto
