package config

import (
	"bytes"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// secretFileLimit is far more than any key or password takes, in bytes.
const secretFileLimit = 64 << 10

// secret takes the value or reads the file; none if neither is set. White
// space around it comes from editors and is not part of it.
func secret(variable string, value Secret, file string) (Secret, error) {
	fileVariable := variable + "_FILE"
	text := strings.TrimSpace(value.Reveal())
	switch {
	case text != "" && file != "":
		return Secret{}, wrong(variable, "and %s are both set: unset one of them", fileVariable)
	case file == "":
		return NewSecret(text), nil
	}
	read, problem := secretFile("", file)
	if problem != "" {
		return Secret{}, wrong(fileVariable, "%s", problem)
	}
	return read, nil
}

// secretFile is what a file holds, whose name is relative to a folder; the
// problem is a sentence without its subject, or "".
func secretFile(dir, file string) (s Secret, problem string) {
	path := file
	if dir != "" && !filepath.IsAbs(file) {
		path = filepath.Join(dir, file)
	}
	data, err := readFile(path, secretFileLimit)
	if err != nil {
		return Secret{}, fmt.Sprintf("names a file that can't be read: %v", unnamed(file, err))
	}
	text := strings.TrimSpace(string(data))
	if text == "" {
		return Secret{}, fmt.Sprintf("names %s, which is empty: put the secret there", path)
	}
	return NewSecret(text), ""
}

// readFile reads a file of at most so many bytes.
func readFile(name string, most int64) (data []byte, err error) {
	f, err := os.Open(name) //nolint:gosec // the operator names the file
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	data, err = io.ReadAll(io.LimitReader(f, most+1))
	if err == nil && int64(len(data)) > most {
		err = fmt.Errorf("%s is larger than %d KB, and so another file than is meant", name, most>>10)
	}
	return data, err
}

// unnamed leaves the name out of an error where it does not look like a file's:
// the secret itself is easily put in its place.
func unnamed(name string, err error) error {
	path := new(fs.PathError)
	if looksLikePath(name) || !errors.As(err, &path) {
		return err
	}
	return path.Err
}

// looksLikePath is true of a path from the root or from here, and of a short name
// with a folder or an ending: what is encoded may hold a slash, and is longer.
func looksLikePath(name string) bool {
	return rooted.MatchString(name) || len(name) <= mostShown && strings.ContainsAny(name, "/.")
}

var rooted = regexp.MustCompile(`^\.{0,2}/(?:[^/]{1,64}/)*[^/]{1,64}$`)

// secretLeast is how long a webhook secret must be, in bytes: whoever sees one
// delivery can try secrets on it, as fast as their machines allow.
const secretLeast = 16

// webhookSecrets are at least one: without any, every delivery would be
// refused, which nobody wants to find out later.
func webhookSecrets(value Secret, file string) ([]Secret, error) {
	const variable = "HINDSIGHT_WEBHOOK_SECRET"
	secrets, err := secretsOf(variable, value, file)
	if err == nil && len(secrets) == 0 {
		err = wrong(variable, "is not set: set it to the secret in the App's webhook settings")
	}
	return secrets, err
}

// secretsOf are those that a variable or its file holds.
func secretsOf(variable string, value Secret, file string) ([]Secret, error) {
	all, err := secret(variable, value, file)
	if err != nil {
		return nil, err
	}
	secrets, problem := splitSecrets(all)
	if problem != "" {
		return nil, wrong(named(variable, file), "%s", problem)
	}
	return secrets, nil
}

// mostSecrets are enough to rotate them. Each is tried on what strangers send.
const mostSecrets = 5

// splitSecrets takes several apart, which commas or line breaks separate. None
// may be short, or a comma inside a secret would leave pieces that can be
// guessed.
func splitSecrets(all Secret) (secrets []Secret, problem string) {
	for one := range strings.FieldsFuncSeq(all.Reveal(), func(r rune) bool { return r == ',' || r == '\n' }) {
		if one = strings.TrimSpace(one); one == "" {
			continue
		}
		if len(one) < secretLeast {
			return nil, fmt.Sprintf("holds a secret of less than %d characters (a comma separates two secrets): make a longer one, without commas, for example by openssl rand -hex 32", secretLeast)
		}
		if len(secrets) == mostSecrets {
			return nil, tooManySecrets()
		}
		secrets = append(secrets, NewSecret(one))
	}
	return secrets, ""
}

func tooManySecrets() string {
	return fmt.Sprintf("holds more than %d secrets: leave out those that nobody signs with any more", mostSecrets)
}

func privateKey(value Secret, file string) (PrivateKey, error) {
	const variable = "HINDSIGHT_PRIVATE_KEY"
	s, err := secret(variable, value, file)
	if err != nil {
		return PrivateKey{}, err
	}
	if s.IsZero() {
		return PrivateKey{}, wrong(variable, "is not set: generate a private key on the App's settings page, and set HINDSIGHT_PRIVATE_KEY_FILE to the downloaded file")
	}
	return parsePrivateKey(named(variable, file), s)
}

// named is the variable that the secret came by.
func named(variable, file string) string {
	if file != "" {
		return variable + "_FILE"
	}
	return variable
}

// parsePrivateKey takes PKCS #1, as GitHub gives out, and PKCS #8, as tools
// convert it to. Where a variable can hold only one line, line breaks are
// written as \n.
func parsePrivateKey(variable string, s Secret) (PrivateKey, error) {
	const next = "download a new one from the App's settings page"
	block, _ := pem.Decode(bytes.ReplaceAll([]byte(s.Reveal()), []byte(`\n`), []byte("\n")))
	if block == nil {
		return PrivateKey{}, wrong(variable, "is not PEM, which begins with -----BEGIN RSA PRIVATE KEY-----: %s", next)
	}
	key, err := parseDER(block)
	if err != nil {
		return PrivateKey{}, wrong(variable, "holds no RSA private key but a block of type %q that can't be read: %s", block.Type, next)
	}
	if key.N.BitLen() < 2048 {
		return PrivateKey{}, wrong(variable, "is a key of %d bits, and GitHub's have 2048: %s", key.N.BitLen(), next)
	}
	return PrivateKey{key: key}, nil
}

func parseDER(block *pem.Block) (*rsa.PrivateKey, error) {
	switch block.Type {
	case "RSA PRIVATE KEY":
		return x509.ParsePKCS1PrivateKey(block.Bytes)
	case "PRIVATE KEY":
		key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
		if err != nil {
			return nil, err
		}
		if key, ok := key.(*rsa.PrivateKey); ok {
			return key, nil
		}
		return nil, fmt.Errorf("a %T", key)
	}
	return nil, errors.New("no private key")
}
