package tidemill

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/big"
	"os"
	"reflect"
	"strings"
	"testing"

	tidemillv1 "tidemill.io/client/v1"
)

type row = map[string]any

// vectors reads rows of a file that the clients of all languages share.
func vectors(t *testing.T, file, key string) (rows []row) {
	t.Helper()
	text, err := os.ReadFile("../vectors/" + file)
	if err != nil {
		t.Fatal(err)
	}
	var sections map[string]json.RawMessage
	if err := json.Unmarshal(text, &sections); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(sections[key], &rows); err != nil {
		t.Fatal(err)
	}
	return rows
}

func rowsOf(value any) (rows []row) {
	for _, one := range value.([]any) {
		rows = append(rows, one.(row))
	}
	return rows
}

func unhex(value any) []byte {
	data, err := hex.DecodeString(value.(string))
	if err != nil {
		panic(err)
	}
	return data
}

func hash(value any) (h Hash) {
	copy(h[:], unhex(value))
	return h
}

func address(value any) Address { return Address(hash(value)) }

func number(value any) uint64 { return uint64(value.(float64)) }

func expect(t *testing.T, what any, got, want any) {
	t.Helper()
	if data, ok := got.([]byte); ok {
		got = hex.EncodeToString(data)
	}
	if h, ok := got.(Hash); ok {
		got = hex.EncodeToString(h[:])
	}
	if a, ok := got.(Address); ok {
		got = hex.EncodeToString(a[:])
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%v: got %v, want %v", what, got, want)
	}
}

func TestHashes(t *testing.T) {
	for _, r := range vectors(t, "hashes.json", "poseidon2") {
		expect(t, r["input"], Poseidon2(unhex(r["input"])), r["hash"])
	}
	for _, r := range vectors(t, "hashes.json", "blake3") {
		expect(t, r["input"], Blake3(unhex(r["input"])), r["hash"])
	}
	for _, r := range vectors(t, "hashes.json", "blake3_pattern") {
		input := make([]byte, number(r["length"]))
		for i := range input {
			input[i] = byte(i % 251)
		}
		expect(t, r["length"], Blake3(input), r["hash"])
	}
}

func TestAddresses(t *testing.T) {
	for _, r := range vectors(t, "addresses.json", "contract") {
		expect(t, r["name"], AddressOfContract(r["name"].(string)), r["address"])
	}
	for _, r := range vectors(t, "addresses.json", "parachain") {
		expect(t, r["name"], AddressOfParachain(r["name"].(string)), r["address"])
	}
	for _, r := range vectors(t, "addresses.json", "system") {
		expect(t, r["name"], AddressOfSystem(r["name"].(string)), r["address"])
	}
	for _, r := range vectors(t, "addresses.json", "child") {
		expect(t, r["parent"], AddressOfChild(address(r["parent"]), hash(r["template"]), hash(r["salt"])), r["address"])
	}
}

func TestTransactions(t *testing.T) {
	for _, r := range vectors(t, "transactions.json", "transactions") {
		value, _ := new(big.Int).SetString(r["value"].(string), 10)
		transaction := Transaction{
			From: address(r["from"]), To: address(r["to"]), Value: value, Data: unhex(r["data"]),
			GasLimit: number(r["gas_limit"]), Nonce: number(r["nonce"]), ChainID: number(r["chain_id"]), Type: uint8(number(r["type"])),
		}
		for _, e := range rowsOf(r["access_list"]) {
			entry := AccessEntry{Address: address(e["address"]), Write: e["write"].(bool)}
			for _, slot := range e["slots"].([]any) {
				entry.Slots = append(entry.Slots, hash(slot))
			}
			transaction.AccessList = append(transaction.AccessList, entry)
		}
		encoded, err := transaction.Encode()
		expect(t, err, encoded, r["encoded"])
		digest, err := transaction.Hash()
		expect(t, err, digest, r["hash"])
	}
}

func TestPayloads(t *testing.T) {
	for _, r := range vectors(t, "payloads.json", "call") {
		expect(t, r["function"], CallPayload(r["function"].(string), unhex(r["calldata"])), r["encoded"])
	}
	for _, r := range vectors(t, "payloads.json", "deploy") {
		payload := DeployPayload(r["name"].(string), unhex(r["wasm"]), unhex(r["init_calldata"]), r["parachain"].(bool))
		expect(t, r["name"], payload, r["encoded"])
	}
}

func TestStateKeys(t *testing.T) {
	for _, r := range vectors(t, "state-keys.json", "accounts") {
		expect(t, r["address"], AccountKey(address(r["address"])), r["account_key"])
		expect(t, r["address"], ContractKey(address(r["address"])), r["contract_key"])
	}
	for _, r := range vectors(t, "state-keys.json", "slots") {
		key, ok := SlotKey(address(r["contract"]), hash(r["slot"]))
		expect(t, r["slot"], ok, r["key"] != nil)
		if ok {
			expect(t, r["slot"], key, r["key"])
		}
	}
}

func TestExactlyTheTrueProofsAreAccepted(t *testing.T) {
	for _, r := range vectors(t, "proofs.json", "state") {
		var value []byte
		if r["value"] != nil {
			value = append([]byte{}, unhex(r["value"])...)
		}
		expect(t, r["what"], VerifyState(hash(r["root"]), hash(r["key"]), value, unhex(r["proof"])), r["valid"])
	}
	for _, r := range vectors(t, "proofs.json", "list") {
		var siblings [][]byte
		for _, sibling := range r["siblings"].([]any) {
			siblings = append(siblings, unhex(sibling))
		}
		verdict := VerifyRecord(hash(r["root"]), uint32(number(r["count"])), uint32(number(r["index"])), unhex(r["leaf"]), siblings)
		expect(t, r["what"], verdict, r["valid"])
	}
}

func receiptOf(r row) *tidemillv1.Receipt {
	receipt := &tidemillv1.Receipt{
		Wave: number(r["wave"]), TransactionIndex: uint32(number(r["transaction_index"])), TransactionHash: unhex(r["transaction_hash"]),
		Status: tidemillv1.ReceiptStatus(number(r["status"])), Category: tidemillv1.ReceiptCategory(number(r["category"])),
		Code: tidemillv1.ReceiptCode(number(r["code"])), NonceConsumed: r["nonce_consumed"].(bool), GasUsed: number(r["gas_used"]),
		FeePaid: unhex(r["fee_paid"]), FeePayer: unhex(r["fee_payer"]), ReturnData: unhex(r["return_data"]), Contract: unhex(r["contract"]),
	}
	for i, e := range rowsOf(r["events"]) {
		event := &tidemillv1.Event{
			Wave: receipt.Wave, TransactionIndex: receipt.TransactionIndex, EventIndex: uint32(i),
			Contract: unhex(e["contract"]), Topics: topics(e), Data: unhex(e["data"]),
		}
		receipt.Events = append(receipt.Events, event)
	}
	return receipt
}

func topics(r row) (all [][]byte) {
	for _, topic := range r["topics"].([]any) {
		all = append(all, unhex(topic))
	}
	return all
}

func TestReceiptsEventsAndTheirDigests(t *testing.T) {
	for _, wave := range vectors(t, "records.json", "waves") {
		var receipts []*tidemillv1.Receipt
		events := 0
		for _, r := range rowsOf(wave["receipts"]) {
			receipt := receiptOf(r)
			expect(t, "receipt", ReceiptRecord(receipt), r["encoded"])
			for i, e := range rowsOf(r["events"]) {
				expect(t, "event", EventRecord(receipt.Events[i]), e["encoded"])
				events++
			}
			receipts = append(receipts, receipt)
		}
		expect(t, "digest", ReceiptsDigest(receipts), wave["receipts_digest"])
		expect(t, "events root", EventsRoot(receipts), wave["events_root"])
		expect(t, "bloom", EventsBloom(receipts), wave["events_bloom"])
		summary := &tidemillv1.WaveSummary{
			Transactions: uint32(len(receipts)), EventsCount: uint32(events), ReceiptsDigest: unhex(wave["receipts_digest"]),
			EventsRoot: unhex(wave["events_root"]), EventsBloom: unhex(wave["events_bloom"]),
		}
		expect(t, "match", DigestsMatch(summary, receipts), true)
		summary.Transactions++
		expect(t, "match", DigestsMatch(summary, receipts), false)
	}
}

// ---- the ABI in the form of the vectors -----------------------------------------------------------

func fieldRows(fields []Field) []any {
	rows := []any{}
	for _, field := range fields {
		rows = append(rows, row{"name": field.Name, "type": field.Type.Spelling})
	}
	return rows
}

func texts(all []string) []any {
	rows := []any{}
	for _, one := range all {
		rows = append(rows, one)
	}
	return rows
}

func index(value *uint32) any {
	if value == nil {
		return nil
	}
	return float64(*value)
}

func describe(abi *ContractABI) row {
	functions, events, types := []any{}, []any{}, []any{}
	for _, one := range abi.Functions {
		var returns any
		if one.Returns != nil {
			returns = one.Returns.Spelling
		}
		functions = append(functions, row{
			"name": one.Name, "selector": one.Selector, "attributes": float64(one.Attributes),
			"params": fieldRows(one.Arguments), "returns": returns, "access_list": texts(one.AccessList),
		})
	}
	for i := range abi.Events {
		one, topic := &abi.Events[i], abi.Topic(&abi.Events[i])
		events = append(events, row{
			"name": one.Name, "params": fieldRows(one.Fields), "indexed_mask": float64(one.IndexedMask),
			"signature": abi.Signature(one), "topic": hex.EncodeToString(topic[:]),
		})
	}
	var schema any
	if abi.Schema != nil {
		fields := []any{}
		for _, one := range abi.Schema {
			keys := []any{}
			for _, key := range one.Keys {
				keys = append(keys, key.Spelling)
			}
			fields = append(fields, row{"name": one.Name, "keys": keys, "value": one.Value.Spelling})
		}
		schema = fields
	}
	for _, one := range abi.Types {
		if one.IsEnum {
			types = append(types, row{"name": one.Name, "variants": texts(one.Variants)})
		} else {
			types = append(types, row{"name": one.Name, "fields": fieldRows(one.Fields)})
		}
	}
	return row{
		"version": abi.Version, "parachain": abi.Parachain, "name": abi.Name, "contract_version": abi.ContractVersion,
		"functions": functions, "constructor": index(abi.Constructor), "fallback": index(abi.Fallback),
		"receive": index(abi.Receive), "events": events, "parachain_imports": texts(abi.ParachainImports),
		"schema": schema, "types": types,
	}
}

func plain(value any) any {
	switch one := value.(type) {
	case *big.Int:
		return one.String()
	case []byte:
		return hex.EncodeToString(one)
	case Address:
		return hex.EncodeToString(one[:])
	case Hashed:
		return row{"hash": hex.EncodeToString(one[:])}
	case []any:
		rows := []any{}
		for _, element := range one {
			rows = append(rows, plain(element))
		}
		return rows
	case []Pair:
		rows := []any{}
		for _, pair := range one {
			rows = append(rows, []any{plain(pair.Key), plain(pair.Value)})
		}
		return rows
	case map[string]any:
		fields := row{}
		for name, field := range one {
			fields[name] = plain(field)
		}
		return fields
	default:
		return value
	}
}

func abiOf(t *testing.T, position any) *ContractABI {
	t.Helper()
	abi, err := DecodeABI(unhex(vectors(t, "abi.json", "sections")[int(position.(float64))]["payload"]))
	if err != nil {
		t.Fatal(err)
	}
	return abi
}

func TestABISectionsAreReadOrRefused(t *testing.T) {
	for _, r := range vectors(t, "abi.json", "sections") {
		abi, err := DecodeABI(unhex(r["payload"]))
		if r["abi"] == nil || err != nil {
			expect(t, r["what"], err == nil, r["abi"] != nil)
			continue
		}
		expect(t, r["what"], describe(abi), r["abi"])
	}
	for _, r := range vectors(t, "abi.json", "modules") {
		payload, err := ABISection(unhex(r["wasm"]))
		expect(t, r["what"], err == nil, r["payload"] != nil)
		if err == nil {
			expect(t, r["what"], payload, r["payload"])
		}
	}
}

func TestCallsResultsAndEventsByTheABI(t *testing.T) {
	for _, r := range vectors(t, "abi.json", "calls") {
		abi, name := abiOf(t, r["abi"]), r["function"].(string)
		values, err := abi.DecodeCall(name, unhex(r["calldata"]))
		if len(values) > 0 {
			expect(t, err, plain(values), r["arguments"])
		}
		calldata, err := abi.EncodeCall(name, values...)
		expect(t, err, calldata, r["calldata"])
	}
	for _, r := range vectors(t, "abi.json", "results") {
		value, err := abiOf(t, r["abi"]).DecodeResult(r["function"].(string), unhex(r["data"]))
		expect(t, r, err != nil, r["refused"] == true)
		if err == nil {
			expect(t, r, plain(value), r["value"])
		}
	}
	for _, r := range vectors(t, "abi.json", "events") {
		event := &tidemillv1.Event{Topics: topics(r), Data: unhex(r["data"])}
		decoded, err := abiOf(t, r["abi"]).DecodeEvent(event)
		switch {
		case r["name"] != nil:
			if err != nil {
				t.Fatal(err)
			}
			expect(t, r, decoded.Name, r["name"])
			expect(t, r, plain(decoded.Fields), r["fields"])
		case len(event.Topics) == 1:
			expect(t, r, decoded == nil && err == nil, true)
		default:
			expect(t, r, err != nil, true)
		}
	}
}

func TestWrongArgumentsAreNamed(t *testing.T) {
	token := abiOf(t, 1.0)
	for want, arguments := range map[string][]any{
		"2 arguments":                           {Address{}},
		"amount: -1 does not fit uint128":       {Address{}, -1},
		"amount: is uint128, which many is not": {Address{}, "many"},
	} {
		if _, err := token.EncodeCall("transfer", arguments...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

func TestBorshRefusesWhatWasNotAskedFor(t *testing.T) {
	data, err := new(Writer).U8(200).U64(1 << 63).String("wäve").Bytes()
	in := NewReader(data)
	got := fmt.Sprintf("%d %d %s", in.U8(), in.U64(), in.String())
	expect(t, err, got, "200 9223372036854775808 wäve")
	expect(t, "end", in.End(), nil)
	short := NewReader([]byte{1, 2, 3})
	short.U32()
	if err := short.End(); err == nil || !strings.Contains(err.Error(), "byte 0") {
		t.Errorf("got %v", err)
	}
	if _, err := new(Writer).U128(big.NewInt(-1)).Bytes(); err == nil {
		t.Error("a negative u128 was written")
	}
	if !bytes.Equal(reversed([]byte{1, 2}), []byte{2, 1}) {
		t.Error("reversed")
	}
}

func TestErrorsComeFromTheCatalogue(t *testing.T) {
	gap := &NodeError{Reason: "WAVE_GAP", Metadata: map[string]string{"expected_wave": "5"}}
	expect(t, "fate", gap.Fate(), FateCaller)
	expect(t, "remedy", gap.Remedy(), "send the waves from 5 on")
	expect(t, "retryable", (&NodeError{Reason: "QUEUE_FULL"}).Retryable(), true)
	expect(t, "retryable", (&NodeError{Reason: "NODE_FAULTED"}).Retryable(), false)
}
