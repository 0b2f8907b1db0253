package tidemill

import (
	"context"
	"fmt"
	"io"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	tidemillv1 "tidemill.io/client/v1"
)

// Wave is a wave to execute: its header, and its transactions in canonical order.
type Wave struct {
	Header       *tidemillv1.WaveHeader
	Transactions []*tidemillv1.WaveTransaction
	// Commit makes it durable at once instead of leaving it pending.
	Commit bool
}

// Outcome is what a wave did. It is pending until it is committed, unless the request asked for that.
type Outcome struct {
	Result   *tidemillv1.WaveResult
	Receipts []*tidemillv1.Receipt
	// StateDiff ascends by key; it is empty unless asked for.
	StateDiff []*tidemillv1.StateChange
	// Stored says that the node knew the wave and sent its stored answer.
	Stored bool
}

// Summary returns root, digests and totals.
func (o *Outcome) Summary() *tidemillv1.WaveSummary { return o.Result.GetSummary() }

// Root returns the Blake3 state root after the wave.
func (o *Outcome) Root() (root Hash) {
	copy(root[:], o.Summary().GetRoot().GetBlake3())
	return root
}

// Listener watches a wave; what it sees is provisional until Execute returns. Any of its functions may be
// nil.
type Listener struct {
	// OnTransactionsReceived: the node has every transaction below this index.
	OnTransactionsReceived func(nextIndex uint32)
	OnReceipt              func(*tidemillv1.Receipt)
	// OnResend: the stream broke and the wave is sent once more; everything seen so far is void.
	OnResend func(*NodeError)
}

// WaveStream executes waves, one after the other, on one stream, and opens a new one when it breaks.
//
// A wave is identified by its number and content. When the stream breaks nobody knows how far the node
// got, and nobody needs to: the handshake says whether the wave can still be sent, and a node that has
// executed it sends the stored answer, byte for byte. A stream belongs to one goroutine at a time.
type WaveStream struct {
	client *Client
	ctx    context.Context
	call   tidemillv1.ExecutionService_ExecuteWaveClient
	cancel context.CancelFunc
}

// Execute sends a wave and waits for its result; it sends it again when the stream breaks.
func (s *WaveStream) Execute(wave Wave, listener Listener) (*Outcome, error) {
	for attempt := 1; ; attempt++ {
		outcome, err := s.attempt(wave, listener)
		if err == nil {
			return outcome, nil
		}
		s.Close()
		failed := nodeError(err)
		if !s.client.again(s.ctx, attempt, failed) {
			return nil, failed
		}
		if listener.OnResend != nil {
			listener.OnResend(failed)
		}
		if err := s.checkStillWanted(wave); err != nil {
			return nil, err
		}
	}
}

// Close ends the stream; a wave that was executed stays pending.
func (s *WaveStream) Close() {
	if s.call != nil {
		s.call.CloseSend()
		s.cancel()
		s.call = nil
	}
}

// checkStillWanted asks, after a broken stream, whether sending the wave again makes sense.
func (s *WaveStream) checkStillWanted(wave Wave) error {
	info, err := s.client.Info(s.ctx)
	if err != nil {
		return err
	}
	if number := wave.Header.GetWave(); number > info.ExpectedWave {
		values := map[string]string{"wave": fmt.Sprint(number), "expected_wave": fmt.Sprint(info.ExpectedWave)}
		message := fmt.Sprintf("the node lost waves: it expects wave %d, not %d", info.ExpectedWave, number)
		return &NodeError{"WAVE_GAP", codes.OutOfRange, values, message}
	}
	return nil
}

func (s *WaveStream) attempt(wave Wave, listener Listener) (*Outcome, error) {
	if s.call == nil {
		ctx, cancel := context.WithCancel(s.client.authorized(s.ctx))
		call, err := s.client.Execution.ExecuteWave(ctx)
		if err != nil {
			cancel()
			return nil, err
		}
		s.call, s.cancel = call, cancel
	}
	call := s.call
	// Reading goes on while writing waits, so that neither side waits for the other. What writing fails
	// of is said by reading.
	written := make(chan struct{})
	go func() {
		defer close(written)
		_ = s.write(call, wave, 0, true)
	}()
	outcome, err := s.receive(call, wave, listener, written)
	if err != nil {
		s.cancel()
	}
	<-written
	return outcome, err
}

// write sends the wave from transaction from on; it waits while the node does not read.
func (s *WaveStream) write(call tidemillv1.ExecutionService_ExecuteWaveClient, wave Wave, from int, withHeader bool) error {
	count := uint32(len(wave.Transactions))
	if withHeader {
		header := proto.Clone(wave.Header).(*tidemillv1.WaveHeader)
		header.TransactionCount = &count
		if err := call.Send(&tidemillv1.ExecuteWaveRequest{Frame: &tidemillv1.ExecuteWaveRequest_Header{Header: header}}); err != nil {
			return err
		}
	}
	for from < len(wave.Transactions) {
		end, size := from, 0
		for end < len(wave.Transactions) && (end == from || size+len(wave.Transactions[end].Transaction) <= s.client.options.ChunkBytes) {
			size += len(wave.Transactions[end].Transaction) + 8
			end++
		}
		chunk := &tidemillv1.TransactionChunk{FirstIndex: uint32(from), Transactions: wave.Transactions[from:end]}
		if err := call.Send(&tidemillv1.ExecuteWaveRequest{Frame: &tidemillv1.ExecuteWaveRequest_Transactions{Transactions: chunk}}); err != nil {
			return err
		}
		from = end
	}
	end := &tidemillv1.WaveEnd{TransactionCount: count, Commit: wave.Commit}
	return call.Send(&tidemillv1.ExecuteWaveRequest{Frame: &tidemillv1.ExecuteWaveRequest_End{End: end}})
}

func (s *WaveStream) receive(
	call tidemillv1.ExecutionService_ExecuteWaveClient, wave Wave, listener Listener, written <-chan struct{},
) (*Outcome, error) {
	outcome := &Outcome{}
	for {
		frame, err := call.Recv()
		if err == io.EOF {
			return nil, status.Error(codes.Unavailable, "the node ended the stream before the result")
		}
		if err != nil {
			return nil, err
		}
		switch kind := frame.Frame.(type) {
		case *tidemillv1.ExecuteWaveResponse_Accepted:
			outcome.Stored = kind.Accepted.Stored
		case *tidemillv1.ExecuteWaveResponse_Ack:
			if listener.OnTransactionsReceived != nil {
				listener.OnTransactionsReceived(kind.Ack.NextIndex)
			}
		case *tidemillv1.ExecuteWaveResponse_Resend:
			<-written
			if err := s.write(call, wave, int(kind.Resend.FromIndex), false); err != nil && err != io.EOF {
				return nil, err
			}
		case *tidemillv1.ExecuteWaveResponse_Receipts:
			if int(kind.Receipts.FirstIndex) != len(outcome.Receipts) {
				return nil, status.Errorf(codes.Internal, "receipts out of order: %d after %d", kind.Receipts.FirstIndex, len(outcome.Receipts))
			}
			for _, receipt := range kind.Receipts.Receipts {
				outcome.Receipts = append(outcome.Receipts, receipt)
				if listener.OnReceipt != nil {
					listener.OnReceipt(receipt)
				}
			}
		case *tidemillv1.ExecuteWaveResponse_StateDiff:
			outcome.StateDiff = append(outcome.StateDiff, kind.StateDiff.Changes...)
		case *tidemillv1.ExecuteWaveResponse_Abort:
			values := map[string]string{"wave": fmt.Sprint(kind.Abort.Wave)}
			message := fmt.Sprintf("wave %d is abandoned: %s", kind.Abort.Wave, kind.Abort.Message)
			return nil, &NodeError{kind.Abort.Reason, codes.Aborted, values, message}
		case *tidemillv1.ExecuteWaveResponse_Result:
			outcome.Result = kind.Result
			return outcome, nil
		}
	}
}
