package tidemill

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
)

// TLS says how a connection is encrypted, and who shows whom which certificate. Files are PEM.
type TLS struct {
	// CA holds certificates that the node's may be signed by; without it, those that the system trusts.
	CA string
	// Certificate is the client's own chain, when the node asks for one; together with Key.
	Certificate string
	// Key is its private key.
	Key string
	// ServerName is the name that the node's certificate must have, when it is not the host connected to.
	ServerName string
}

// Config reads the files, for gRPC and for the transport of an http.Client.
func (t *TLS) Config() (*tls.Config, error) {
	config := &tls.Config{ServerName: t.ServerName, MinVersion: tls.VersionTLS12}
	if t.CA != "" {
		pem, err := os.ReadFile(t.CA)
		if err != nil {
			return nil, err
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("%s has no certificate", t.CA)
		}
	}
	if (t.Certificate == "") != (t.Key == "") {
		return nil, errors.New("the client's certificate and its key go together")
	}
	if t.Certificate != "" {
		own, err := tls.LoadX509KeyPair(t.Certificate, t.Key)
		if err != nil {
			return nil, err
		}
		config.Certificates = []tls.Certificate{own}
	}
	return config, nil
}

// transport is clear text without TLS.
func (t *TLS) transport() (grpc.DialOption, error) {
	if t == nil {
		return grpc.WithInsecure(), nil
	}
	config, err := t.Config()
	if err != nil {
		return nil, err
	}
	return grpc.WithTransportCredentials(credentials.NewTLS(config)), nil
}

// JWTSecret is the secret that a node and its client share (auth.jwt-secret). It makes the bearer token of a
// request: a JWT (RFC 7519) with HS256 and the time of its making, which the node wants to be near its own.
type JWTSecret []byte

// ReadJWTSecret reads the secret in file: 32 bytes as hex.
func ReadJWTSecret(file string) (JWTSecret, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	secret, err := hex.DecodeString(strings.TrimPrefix(strings.TrimSpace(string(text)), "0x"))
	if err != nil || len(secret) != 32 {
		return nil, fmt.Errorf("%s must hold a secret of 32 bytes as hex", file)
	}
	return secret, nil
}

// Token returns a token that was made at that time.
func (s JWTSecret) Token(at time.Time) string {
	encode := base64.RawURLEncoding.EncodeToString
	text := encode([]byte(`{"alg":"HS256","typ":"JWT"}`)) + "." + encode([]byte(fmt.Sprintf(`{"iat":%d}`, at.Unix())))
	mac := hmac.New(sha256.New, s)
	mac.Write([]byte(text))
	return text + "." + encode(mac.Sum(nil))
}
