package tidemill

import (
	"context"
	"math/rand"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/metadata"
	tidemillv1 "tidemill.io/client/v1"
)

const maxMessageBytes = 16 << 20

// Options say how to reach a node, and how patiently.
type Options struct {
	// Attempts is how often a request that may be repeated is sent in all.
	Attempts int
	// FirstPause is the wait before the second attempt; it doubles up to LongestPause.
	FirstPause, LongestPause time.Duration
	// Timeout is of one read; a wave has none but that of its context.
	Timeout time.Duration
	// ChunkBytes is about the size of the messages that the transactions of a wave travel in.
	ChunkBytes int
	// TLS encrypts the connection; nil leaves it in clear text.
	TLS *TLS
	// JWTSecret is the file with the secret that the node has in auth.jwt-secret, or empty; each request gets
	// a token of its own.
	JWTSecret string
	// Token is a bearer token that stays as it is, instead of the secret, or empty.
	Token string
}

// DefaultOptions make eight attempts within about seven seconds.
var DefaultOptions = Options{
	Attempts: 8, FirstPause: 100 * time.Millisecond, LongestPause: 2 * time.Second, Timeout: 30 * time.Second,
	ChunkBytes: 256 * 1024,
}

// Client is a connection to one node. It is safe for concurrent use.
type Client struct {
	// Execution and State are the stubs, for methods that have no shorter way here.
	Execution  tidemillv1.ExecutionServiceClient
	State      tidemillv1.StateServiceClient
	connection *grpc.ClientConn
	options    Options
	secret     JWTSecret
}

// Dial returns a client of the node at target, "host:port" or "unix:/path"; it connects at the first request.
func Dial(target string, options Options) (*Client, error) {
	var secret JWTSecret
	if options.JWTSecret != "" {
		var err error
		if secret, err = ReadJWTSecret(options.JWTSecret); err != nil {
			return nil, err
		}
	}
	transport, err := options.TLS.transport()
	if err != nil {
		return nil, err
	}
	connection, err := grpc.Dial(target, transport,
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(maxMessageBytes)),
		grpc.WithConnectParams(grpc.ConnectParams{
			Backoff:           backoff.Config{BaseDelay: 100 * time.Millisecond, Multiplier: 1.6, Jitter: 0.2, MaxDelay: options.LongestPause},
			MinConnectTimeout: 5 * time.Second,
		}))
	if err != nil {
		return nil, err
	}
	return &Client{
		tidemillv1.NewExecutionServiceClient(connection), tidemillv1.NewStateServiceClient(connection), connection, options, secret,
	}, nil
}

// Close ends every stream and request.
func (c *Client) Close() error { return c.connection.Close() }

func (c *Client) authorized(ctx context.Context) context.Context {
	// A token of its own for each request: those of a secret are good for a minute.
	token := c.options.Token
	if c.secret != nil {
		token = c.secret.Token(time.Now())
	}
	if token == "" {
		return ctx
	}
	return metadata.AppendToOutgoingContext(ctx, "authorization", "Bearer "+token)
}

// again waits and says yes when a request whose attempt failed is to be sent once more.
func (c *Client) again(ctx context.Context, attempt int, failed *NodeError) bool {
	if !failed.Retryable() || attempt >= c.options.Attempts {
		return false
	}
	full := c.options.FirstPause << (attempt - 1)
	if full > c.options.LongestPause {
		full = c.options.LongestPause
	}
	// Half of the pause is random, so that many clients do not come back at once.
	select {
	case <-time.After(full/2 + time.Duration(rand.Int63n(int64(full/2)+1))):
		return true
	case <-ctx.Done():
		return false
	}
}

// read sends a request until it succeeds, fails for good, or the attempts are used up.
func read[A any](ctx context.Context, c *Client, request func(context.Context) (A, error)) (A, error) {
	for attempt := 1; ; attempt++ {
		limited, cancel := context.WithTimeout(c.authorized(ctx), c.options.Timeout)
		answer, err := request(limited)
		cancel()
		if err == nil {
			return answer, nil
		}
		if failed := nodeError(err); !c.again(ctx, attempt, failed) {
			return answer, failed
		}
	}
}

// Info is the handshake: what the node is, where it stands, what it accepts.
func (c *Client) Info(ctx context.Context) (*tidemillv1.GetInfoResponse, error) {
	return read(ctx, c, func(ctx context.Context) (*tidemillv1.GetInfoResponse, error) {
		return c.Execution.GetInfo(ctx, &tidemillv1.GetInfoRequest{})
	})
}

// Receipt returns the receipt of a committed transaction, by the hash that was signed.
func (c *Client) Receipt(ctx context.Context, transaction Hash) (*tidemillv1.GetReceiptResponse, error) {
	key := &tidemillv1.GetReceiptRequest_TransactionHash{TransactionHash: transaction[:]}
	return read(ctx, c, func(ctx context.Context) (*tidemillv1.GetReceiptResponse, error) {
		return c.Execution.GetReceipt(ctx, &tidemillv1.GetReceiptRequest{Key: key})
	})
}

// Wave returns a retained wave with up to pageSize of its receipts.
func (c *Client) Wave(ctx context.Context, number uint64, pageSize uint32) (*tidemillv1.GetWaveResponse, error) {
	return read(ctx, c, func(ctx context.Context) (*tidemillv1.GetWaveResponse, error) {
		return c.Execution.GetWave(ctx, &tidemillv1.GetWaveRequest{Wave: &number, PageSize: pageSize})
	})
}

// Simulate executes on a retained state and forgets.
func (c *Client) Simulate(ctx context.Context, request *tidemillv1.SimulateRequest) (*tidemillv1.SimulateResponse, error) {
	return read(ctx, c, func(ctx context.Context) (*tidemillv1.SimulateResponse, error) {
		return c.Execution.Simulate(ctx, request)
	})
}

// Account returns an account, with a proof if asked for.
func (c *Client) Account(ctx context.Context, request *tidemillv1.GetAccountRequest) (*tidemillv1.GetAccountResponse, error) {
	return read(ctx, c, func(ctx context.Context) (*tidemillv1.GetAccountResponse, error) {
		return c.State.GetAccount(ctx, request)
	})
}

// Storage returns slots of a contract.
func (c *Client) Storage(ctx context.Context, request *tidemillv1.GetStorageRequest) (*tidemillv1.GetStorageResponse, error) {
	return read(ctx, c, func(ctx context.Context) (*tidemillv1.GetStorageResponse, error) {
		return c.State.GetStorage(ctx, request)
	})
}

// Code returns a module.
func (c *Client) Code(ctx context.Context, request *tidemillv1.GetCodeRequest) (*tidemillv1.GetCodeResponse, error) {
	return read(ctx, c, func(ctx context.Context) (*tidemillv1.GetCodeResponse, error) {
		return c.State.GetCode(ctx, request)
	})
}

// Proof returns proofs of keys, of a receipt or of an event.
func (c *Client) Proof(ctx context.Context, request *tidemillv1.GetProofRequest) (*tidemillv1.GetProofResponse, error) {
	return read(ctx, c, func(ctx context.Context) (*tidemillv1.GetProofResponse, error) {
		return c.State.GetProof(ctx, request)
	})
}

// Events returns a page of events.
func (c *Client) Events(ctx context.Context, request *tidemillv1.QueryEventsRequest) (*tidemillv1.QueryEventsResponse, error) {
	return read(ctx, c, func(ctx context.Context) (*tidemillv1.QueryEventsResponse, error) {
		return c.State.QueryEvents(ctx, request)
	})
}

// Commit makes the pending wave durable; it is safe to repeat. It returns the newest durable wave.
func (c *Client) Commit(ctx context.Context, outcome *Outcome) (*tidemillv1.WaveRef, error) {
	request := &tidemillv1.CommitWaveRequest{Wave: outcome.Summary().GetWave(), Root: outcome.Summary().GetRoot().GetBlake3()}
	answer, err := read(ctx, c, func(ctx context.Context) (*tidemillv1.CommitWaveResponse, error) {
		return c.Execution.CommitWave(ctx, request)
	})
	return answer.GetHead(), err
}

// Rollback discards the pending wave or undoes committed ones, until toWave is the head.
func (c *Client) Rollback(ctx context.Context, toWave uint64) (*tidemillv1.RollbackWaveResponse, error) {
	return read(ctx, c, func(ctx context.Context) (*tidemillv1.RollbackWaveResponse, error) {
		return c.Execution.RollbackWave(ctx, &tidemillv1.RollbackWaveRequest{ToWave: toWave})
	})
}

// OpenWaveStream opens a stream for waves; one at a time per node is useful.
func (c *Client) OpenWaveStream(ctx context.Context) *WaveStream {
	return &WaveStream{client: c, ctx: ctx}
}
