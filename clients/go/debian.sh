#!/usr/bin/env bash
# Runs the go command with the libraries of Debian instead of modules from the network:
#   ./debian.sh test ./...
# Debian keeps Go libraries in a GOPATH; this folder is linked into a second one beside it.
set -eu
cd "$(dirname "$0")"
mkdir -p .gopath/src/tidemill.io
ln -sfn ../../.. .gopath/src/tidemill.io/client
export GO111MODULE=off GOFLAGS= GOPATH=$PWD/.gopath:/usr/share/gocode
cd .gopath/src/tidemill.io/client
exec go "$@"
