package tidemill

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
)

// JSONRPCError is a node's answer that is an error.
type JSONRPCError struct {
	Code    int             `json:"code"`
	Message string          `json:"message"`
	Data    json.RawMessage `json:"data"`
}

func (e *JSONRPCError) Error() string { return fmt.Sprintf("%s (%d)", e.Message, e.Code) }

// JSONRPC sends JSON-RPC 2.0 requests to a node's HTTP port: what a wallet uses.
type JSONRPC struct {
	Endpoint string
	// HTTP is the client to use; nil means http.DefaultClient. For an https endpoint with certificates of its
	// own, give it an http.Transport with the configuration that TLS.Config returns.
	HTTP *http.Client
	id   int64
}

// Call sends a request and puts its result into result, which may be nil.
func (c *JSONRPC) Call(ctx context.Context, method string, params, result any) error {
	id := atomic.AddInt64(&c.id, 1)
	body, err := json.Marshal(map[string]any{"jsonrpc": "2.0", "id": id, "method": method, "params": params})
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.Endpoint, bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("content-type", "application/json")
	client := c.HTTP
	if client == nil {
		client = http.DefaultClient
	}
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	var answer struct {
		ID     int64           `json:"id"`
		Result json.RawMessage `json:"result"`
		Error  *JSONRPCError   `json:"error"`
	}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		return err
	}
	if answer.Error != nil {
		return answer.Error
	}
	if answer.ID != id {
		return fmt.Errorf("%s: not the answer to request %d", method, id)
	}
	if result == nil {
		return nil
	}
	return json.Unmarshal(answer.Result, result)
}

// View returns what a view function of a contract returns now.
func (c *JSONRPC) View(ctx context.Context, contract Address, function string, calldata []byte) ([]byte, error) {
	call := map[string]string{
		"to": "0x" + hex.EncodeToString(contract[:]), "function": function, "calldata": "0x" + hex.EncodeToString(calldata),
	}
	var data string
	if err := c.Call(ctx, "pyde_call", []any{call}, &data); err != nil {
		return nil, err
	}
	return hex.DecodeString(strings.TrimPrefix(data, "0x"))
}

// Simulate runs a transaction (Borsh) on a retained state. Options are base, overrides, context and options,
// as rpc.discover describes them.
func (c *JSONRPC) Simulate(ctx context.Context, transaction []byte, options map[string]any) (result map[string]any, err error) {
	params := map[string]any{"transaction": "0x" + hex.EncodeToString(transaction)}
	for name, value := range options {
		params[name] = value
	}
	err = c.Call(ctx, "pyde_simulateTransaction", params, &result)
	return result, err
}
