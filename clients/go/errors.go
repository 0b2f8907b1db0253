package tidemill

import (
	"errors"
	"strings"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

const domain = "tidemill.io"

// Fate says whose fault an error is, which decides what to do about it.
type Fate string

const (
	// FateCaller means that the request is wrong: sending it again is useless, nothing changed.
	FateCaller Fate = "caller"
	// FatePressure means that the node is busy: send it again later.
	FatePressure Fate = "pressure"
	// FateNode means that the node cannot know, or cannot be reached.
	FateNode Fate = "node"
)

type catalogEntry struct {
	reason string
	fate   Fate
	remedy string
}

var catalog = func() map[string]catalogEntry {
	byReason := make(map[string]catalogEntry, len(catalogEntries))
	for _, entry := range catalogEntries {
		byReason[entry.reason] = entry
	}
	return byReason
}()

// NodeError is what the node refused or could not answer. A contract's failure is never one: it is in
// the receipt.
type NodeError struct {
	// Reason is one of the error catalogue, or the name of the gRPC code when there is none.
	Reason string
	// Code is the gRPC code.
	Code codes.Code
	// Metadata holds the values in the text of the catalogue, by name.
	Metadata map[string]string
	// Message is one sentence.
	Message string
}

func (e *NodeError) Error() string { return e.Reason + ": " + e.Message }

// Fate says whose fault it is.
func (e *NodeError) Fate() Fate {
	if entry, known := catalog[e.Reason]; known {
		return entry.fate
	}
	switch e.Code {
	case codes.ResourceExhausted, codes.DeadlineExceeded:
		return FatePressure
	case codes.Unavailable, codes.Internal, codes.Unknown, codes.DataLoss, codes.Canceled, codes.Aborted:
		return FateNode
	default:
		return FateCaller
	}
}

// Remedy says what to do about it, from the catalogue; empty when the reason is unknown.
func (e *NodeError) Remedy() string {
	text := catalog[e.Reason].remedy
	for name, value := range e.Metadata {
		text = strings.ReplaceAll(text, "{"+name+"}", value)
	}
	return text
}

// Retryable says whether the same request may succeed later.
func (e *NodeError) Retryable() bool {
	busy := e.Code == codes.Unavailable && e.Reason != "NODE_FAULTED"
	return e.Fate() == FatePressure || (e.Fate() == FateNode && busy)
}

// nodeError turns the failure of a call into a NodeError.
func nodeError(err error) *NodeError {
	var already *NodeError
	if errors.As(err, &already) {
		return already
	}
	state, _ := status.FromError(err)
	for _, detail := range state.Details() {
		if info, ok := detail.(*errdetails.ErrorInfo); ok && info.Domain == domain {
			return &NodeError{info.Reason, state.Code(), info.Metadata, state.Message()}
		}
	}
	return &NodeError{strings.ToUpper(state.Code().String()), state.Code(), nil, state.Message()}
}
