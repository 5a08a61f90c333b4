package github

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
)

// ParseKey reads the App's private key, in PEM as GitHub hands it out (PKCS
// #1) or as other tools convert it (PKCS #8). Its errors never quote the key.
func ParseKey(text []byte) (*rsa.PrivateKey, error) {
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, errors.New("the private key is not PEM: it starts with -----BEGIN RSA PRIVATE KEY-----, on a line of its own")
	}
	if key, err := x509.ParsePKCS1PrivateKey(block.Bytes); err == nil {
		return key, nil
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, errors.New("the private key can't be read: generate a new one on the App's settings page")
	}
	key, ok := parsed.(*rsa.PrivateKey)
	if !ok {
		return nil, errors.New("the private key is not an RSA key: generate one on the App's settings page")
	}
	return key, nil
}
