package markdown

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"fmt"
	"io"
	"maps"
	"net/url"
	"slices"
	"strings"
)

// Fields are what a marker says.
type Fields map[string]string

// base64Most is how many bytes are sealed in Base64, which is ASCII and
// harmless everywhere. What is larger would crowd out the words beside it.
const base64Most = 12 << 10

// maxPayload bounds what a sealed payload may inflate to, in bytes. A comment
// of 64 KiB could otherwise be made to fill the memory.
const maxPayload = 1 << 20

const (
	markerOpen  = "<!-- hindsight:"
	markerClose = " -->"
)

// Marker is a hidden comment of the kind, for a line of its own, with the
// fields in the order of their keys. Kind and keys are lower-case words.
//
// Put it before what people wrote, with no HTML block open: see [FindMarker].
func Marker(kind string, fields Fields) string {
	var b strings.Builder
	b.WriteString(markerOpen + kind)
	for _, k := range slices.Sorted(maps.Keys(fields)) {
		b.WriteString(" " + k + "=" + encode(fields[k]))
	}
	b.WriteString(markerClose)
	return b.String()
}

// FindMarker is what the first marker of the kind says. It counts only where
// it is hidden: as a comment on a line of its own, not in code, a quote, a
// list, or other HTML.
//
// The first one counts because nothing that comes later can swallow it, as an
// unclosed code block would a last one. People's words can't bring one along
// at all: [Text] and [Quote] leave no "<" as it is.
func FindMarker(src, kind string) (Fields, bool) {
	for _, m := range hiddenMarkers(src, kind) {
		if m.fields != nil {
			return m.fields, true
		}
	}
	return nil, false
}

// Seal is a hidden comment that holds a payload, compressed.
func Seal(kind string, payload []byte) string {
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, flate.BestCompression)
	if err == nil {
		_, err = w.Write(payload)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		panic("writing to memory failed: " + err.Error())
	}
	packed := encodeWide(b.Bytes())
	if b.Len() <= base64Most {
		packed = base64.RawStdEncoding.EncodeToString(b.Bytes())
	}
	return markerOpen + kind + " " + packed + markerClose
}

// Unseal is the payload of the first comment that [Seal] made of the kind;
// false if there is none. The error says that it is damaged, or inflates to
// more than 1 MiB.
func Unseal(src, kind string) (payload []byte, ok bool, err error) {
	sealed := hiddenMarkers(src, kind)
	if len(sealed) == 0 {
		return nil, false, nil
	}
	packed, err := decodePayload(strings.TrimSpace(sealed[0].body))
	if err != nil {
		return nil, true, fmt.Errorf("the hidden %s is damaged: %w", kind, err)
	}
	payload, err = io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(packed)), maxPayload+1))
	if err != nil {
		return nil, true, fmt.Errorf("the hidden %s is damaged: %w", kind, err)
	}
	if len(payload) > maxPayload {
		return nil, true, fmt.Errorf("the hidden %s inflates to more than %d bytes", kind, maxPayload)
	}
	return payload, true, nil
}

func decodePayload(s string) ([]byte, error) {
	if isWide(s) {
		return decodeWide(s)
	}
	return base64.RawStdEncoding.DecodeString(s)
}

func parseFields(body string) (Fields, bool) {
	fields := Fields{}
	for pair := range strings.FieldsSeq(body) {
		k, v, ok := strings.Cut(pair, "=")
		if !ok || k == "" {
			return nil, false
		}
		value, err := url.PathUnescape(v)
		if err != nil {
			return nil, false
		}
		fields[k] = value
	}
	return fields, true
}

// encode percent-encodes what could end the comment or the field: all but
// letters, digits and harmless punctuation, and the second of two hyphens.
func encode(value string) string {
	var b strings.Builder
	var last byte
	for i := range len(value) {
		c := value[i]
		if harmless(c) && (c != '-' || last != '-') {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
		last = c
	}
	return b.String()
}

func harmless(c byte) bool {
	switch {
	case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		return true
	}
	return strings.IndexByte("-._/:#@", c) >= 0
}
