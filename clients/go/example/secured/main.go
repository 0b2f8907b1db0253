// A node that asks for TLS, a client certificate and a token: shakes hands with it and reads its height over
// HTTP. Prints one JSON object; exit code 1 when the node refused or is not the one it should be.
//
//	secured [--ca FILE] [--certificate FILE --key FILE] [--server-name NAME] [--jwt-secret FILE] [--http URL] GRPC_TARGET
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"os"
	"time"

	tidemill "tidemill.io/client"
)

func main() {
	encryption := &tidemill.TLS{}
	options := tidemill.DefaultOptions
	options.Attempts, options.Timeout = 1, 5*time.Second
	flag.StringVar(&encryption.CA, "ca", "", "")
	flag.StringVar(&encryption.Certificate, "certificate", "", "")
	flag.StringVar(&encryption.Key, "key", "", "")
	flag.StringVar(&encryption.ServerName, "server-name", "", "")
	flag.StringVar(&options.JWTSecret, "jwt-secret", "", "")
	endpoint := flag.String("http", "", "")
	flag.Parse()
	if encryption.CA != "" {
		options.TLS = encryption
	}
	answer, err := ask(flag.Arg(0), *endpoint, options)
	if err != nil {
		reason := err.Error()
		var refused *tidemill.NodeError
		if errors.As(err, &refused) {
			reason = refused.Reason
		}
		answer = map[string]any{"ok": false, "reason": reason}
	}
	line, _ := json.Marshal(answer)
	fmt.Println(string(line))
	if err != nil {
		os.Exit(1)
	}
}

// docs:begin secured
func ask(target, endpoint string, options tidemill.Options) (map[string]any, error) {
	client, err := tidemill.Dial(target, options)
	if err != nil {
		return nil, err
	}
	defer client.Close()
	info, err := client.Info(context.Background())
	if err != nil {
		return nil, err
	}
	var height any
	if endpoint != "" {
		rpc := tidemill.JSONRPC{Endpoint: endpoint}
		if options.TLS != nil {
			config, err := options.TLS.Config()
			if err != nil {
				return nil, err
			}
			rpc.HTTP = &http.Client{Transport: &http.Transport{TLSClientConfig: config}}
		}
		if err := rpc.Call(context.Background(), "pyde_waveNumber", []any{}, &height); err != nil {
			return nil, err
		}
	}
	return map[string]any{"ok": true, "chain": info.ChainId, "height": height}, nil
}

// docs:end
