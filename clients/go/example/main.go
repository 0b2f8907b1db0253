// A consensus client in a page: handshake, waves in two steps, a wave that survives a broken stream, an
// event, a receipt and a balance that are checked and not believed.
//
//	example GRPC_TARGET HTTP_ENDPOINT TOKEN_WASM SENDER
package main

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"math/big"
	"os"

	tidemill "tidemill.io/client"
	tidemillv1 "tidemill.io/client/v1"
)

const (
	name      = "example-go"
	transfers = 300
)

var (
	token    = tidemill.AddressOfContract(name)
	receiver = tidemill.AddressOfSystem("example-receiver-go")
)

// consensus drives one node: it knows which wave comes next and what it builds on.
type consensus struct {
	client     *tidemill.Client
	stream     *tidemill.WaveStream
	chainID    uint64
	wave       uint64
	parentRoot []byte
	sender     tidemill.Address
	nonce      uint64
	resends    int
}

func connect(ctx context.Context, client *tidemill.Client, sender tidemill.Address) (*consensus, error) {
	info, err := client.Info(ctx)
	if err != nil {
		return nil, err
	}
	target := &tidemillv1.GetAccountRequest_Address{Address: sender[:]}
	account, err := client.Account(ctx, &tidemillv1.GetAccountRequest{Target: target})
	if err != nil {
		return nil, err
	}
	fmt.Printf("chain %d: head is wave %d, send wave %d next\n", info.ChainId, info.Head.GetWave(), info.ExpectedWave)
	return &consensus{
		client: client, stream: client.OpenWaveStream(ctx), chainID: info.ChainId, wave: info.ExpectedWave,
		parentRoot: info.ExpectedParentRoot, sender: sender, nonce: account.GetAccount().GetNonceBase(),
	}, nil
}

// transaction is the sender's next one. Chains that verify signatures want one here.
func (c *consensus) transaction(to tidemill.Address) tidemill.Transaction {
	c.nonce++
	return tidemill.NewTransaction(c.chainID, c.sender, to, c.nonce-1)
}

// execute runs the next wave, checks what came back, and makes it durable.
func (c *consensus) execute(ctx context.Context, transactions ...tidemill.Transaction) (*tidemill.Outcome, error) {
	fee, _ := new(tidemill.Writer).U128(big.NewInt(100)).Bytes()
	wave := tidemill.Wave{Header: &tidemillv1.WaveHeader{
		Wave: c.wave, ParentRoot: c.parentRoot, WantStateDiff: true,
		Context: &tidemillv1.WaveContext{Timestamp: 1_900_000_000 + c.wave, Beacon: make([]byte, 32), BaseFee: fee, ChainId: c.chainID},
	}}
	for i := range transactions {
		encoded, err := transactions[i].Encode()
		if err != nil {
			return nil, err
		}
		wave.Transactions = append(wave.Transactions, &tidemillv1.WaveTransaction{Transaction: encoded})
	}
	// The stream may break: Execute shakes hands again and sends the wave once more.
	outcome, err := c.stream.Execute(wave, tidemill.Listener{OnResend: func(*tidemill.NodeError) { c.resends++ }})
	if err != nil {
		return nil, err
	}
	if !tidemill.DigestsMatch(outcome.Summary(), outcome.Receipts) {
		return nil, errors.New("the receipts are not those of the digest")
	}
	for _, receipt := range outcome.Receipts {
		if receipt.Status != tidemillv1.ReceiptStatus_RECEIPT_STATUS_SUCCESS {
			return nil, fmt.Errorf("wave %d, transaction %d: %s", receipt.Wave, receipt.TransactionIndex, receipt.Code)
		}
	}
	// Here a consensus client agrees with its peers on the root. Then, and only then:
	if _, err := c.client.Commit(ctx, outcome); err != nil {
		return nil, err
	}
	root := outcome.Root()
	c.wave, c.parentRoot = c.wave+1, root[:]
	return outcome, nil
}

// proven returns the receiver's balance in the outcome's state, and checks the receipt of call.
func (c *consensus) proven(ctx context.Context, outcome *tidemill.Outcome, call tidemill.Transaction) (*big.Int, error) {
	summary := outcome.Summary()
	account, err := c.client.Account(ctx, &tidemillv1.GetAccountRequest{
		Target:    &tidemillv1.GetAccountRequest_Address{Address: receiver[:]},
		Base:      &tidemillv1.StateRef{Ref: &tidemillv1.StateRef_Wave{Wave: summary.Wave}},
		WantProof: true,
	})
	if err != nil {
		return nil, err
	}
	if !tidemill.VerifyStateProof(outcome.Root(), tidemill.AccountKey(receiver), account.Proof) {
		return nil, errors.New("the balance is not proven")
	}
	position := &tidemillv1.GetProofRequest_Receipt{Receipt: &tidemillv1.ProofPosition{Wave: summary.Wave}}
	proof, err := c.client.Proof(ctx, &tidemillv1.GetProofRequest{Subject: position})
	if err != nil {
		return nil, err
	}
	var digest tidemill.Hash
	copy(digest[:], summary.ReceiptsDigest)
	if !tidemill.VerifyRecordProof(digest, summary.Transactions, proof.Merkle) {
		return nil, errors.New("the receipt is not proven")
	}
	hash, err := call.Hash()
	if err != nil {
		return nil, err
	}
	receipt, err := c.client.Receipt(ctx, hash)
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(tidemill.ReceiptRecord(receipt.Receipt), proof.Merkle.Leaf) {
		return nil, errors.New("another receipt was proven")
	}
	event, err := c.provenEvent(ctx, outcome)
	if err != nil {
		return nil, err
	}
	// What a node that lies would have to send: none of it is believed.
	balance := tidemill.NewReader(account.Account.Balance).U128()
	account.Proof.Value[0] ^= 1
	proof.Merkle.Leaf[0] ^= 1
	event.Index++
	if tidemill.VerifyStateProof(outcome.Root(), tidemill.AccountKey(receiver), account.Proof) ||
		tidemill.VerifyRecordProof(digest, summary.Transactions, proof.Merkle) ||
		tidemill.VerifyRecordProof(eventsRoot(summary), summary.EventsCount, event) {
		return nil, errors.New("a wrong proof was believed")
	}
	return balance, nil
}

// provenEvent returns the proof of the first event of the outcome, which it has checked.
func (c *consensus) provenEvent(ctx context.Context, outcome *tidemill.Outcome) (*tidemillv1.MerkleProof, error) {
	event, summary := outcome.Receipts[0].Events[0], outcome.Summary()
	cursor := &tidemillv1.EventCursor{Wave: event.Wave, TransactionIndex: event.TransactionIndex, EventIndex: event.EventIndex}
	answer, err := c.client.Proof(ctx, &tidemillv1.GetProofRequest{Subject: &tidemillv1.GetProofRequest_Event{Event: cursor}})
	if err != nil {
		return nil, err
	}
	if !tidemill.VerifyRecordProof(eventsRoot(summary), summary.EventsCount, answer.Merkle) {
		return nil, errors.New("the event is not proven")
	}
	if !bytes.Equal(tidemill.EventRecord(event), answer.Merkle.Leaf) {
		return nil, errors.New("another event was proven")
	}
	return answer.Merkle, nil
}

func eventsRoot(summary *tidemillv1.WaveSummary) (root tidemill.Hash) {
	copy(root[:], summary.EventsRoot)
	return root
}

func run(target, endpoint, tokenPath, sender string) error {
	ctx := context.Background()
	module, err := os.ReadFile(tokenPath)
	if err != nil {
		return err
	}
	abi, err := tidemill.ABIOfModule(module)
	if err != nil {
		return err
	}
	client, err := tidemill.Dial(target, tidemill.DefaultOptions)
	if err != nil {
		return err
	}
	defer client.Close()
	var from tidemill.Address
	if _, err := hex.Decode(from[:], []byte(sender)); err != nil {
		return err
	}
	c, err := connect(ctx, client, from)
	if err != nil {
		return err
	}
	defer c.stream.Close()

	supply, _ := new(tidemill.Writer).U128(big.NewInt(1_000_000)).Bytes()
	deployment := c.transaction(tidemill.Address{})
	deployment.Type, deployment.GasLimit = tidemill.Deploy, 100_000_000
	deployment.Data = tidemill.DeployPayload(name, module, supply, false)
	first := []tidemill.Transaction{deployment}
	for i := int64(1); i <= transfers; i++ {
		transfer := c.transaction(receiver)
		transfer.Value = big.NewInt(i)
		first = append(first, transfer)
	}
	if _, err := c.execute(ctx, first...); err != nil {
		return err
	}
	calldata, err := abi.EncodeCall("transfer", receiver, 42)
	if err != nil {
		return err
	}
	call := c.transaction(token)
	call.GasLimit, call.Data = 500_000, tidemill.CallPayload("transfer", calldata)
	second, err := c.execute(ctx, call)
	if err != nil {
		return err
	}
	event, err := abi.DecodeEvent(second.Receipts[0].Events[0])
	if err != nil {
		return err
	}
	fmt.Printf("%s of %v tokens to %x\n", event.Name, event.Fields["amount"], event.Fields["to"])
	balance, err := c.proven(ctx, second, call)
	if err != nil {
		return err
	}
	return report(ctx, c, abi, endpoint, balance, second.Root())
}

// report reads the tokens as a wallet does, over JSON-RPC, and says how it went.
func report(ctx context.Context, c *consensus, abi *tidemill.ContractABI, endpoint string, balance *big.Int, root tidemill.Hash) error {
	rpc := &tidemill.JSONRPC{Endpoint: endpoint}
	calldata, err := abi.EncodeCall("balance_of", receiver)
	if err != nil {
		return err
	}
	answer, err := rpc.View(ctx, token, "balance_of", calldata)
	if err != nil {
		return err
	}
	tokens, err := abi.DecodeResult("balance_of", answer)
	if err != nil {
		return err
	}
	next := c.transaction(receiver)
	encoded, err := next.Encode()
	if err != nil {
		return err
	}
	if _, err := rpc.Simulate(ctx, encoded, nil); err != nil {
		return err
	}
	enough := balance.Cmp(big.NewInt(transfers*(transfers+1)/2)) >= 0
	ok := enough && tokens.(*big.Int).Cmp(big.NewInt(42)) == 0
	return json.NewEncoder(os.Stdout).Encode(map[string]any{
		"ok": ok, "waves": 2, "resends": c.resends, "balance": balance.String(), "root": hex.EncodeToString(root[:]),
	})
}

func main() {
	if len(os.Args) != 5 {
		log.Fatal("usage: example GRPC_TARGET HTTP_ENDPOINT TOKEN_WASM SENDER")
	}
	if err := run(os.Args[1], os.Args[2], os.Args[3], os.Args[4]); err != nil {
		log.Fatal(err)
	}
}
