// Package tidemill is the client of a Tidemill execution node: a wave stream with back-pressure that
// resumes by handshake, reads that are repeated while the node is busy, typed errors, transactions,
// ABIs, and proofs that are verified and not believed.
//
// Open a Client with Dial. A consensus client sends waves through Client.OpenWaveStream; everybody
// else reads through the methods of Client.
package tidemill

//go:generate ./generate.sh
