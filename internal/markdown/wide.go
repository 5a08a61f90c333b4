package markdown

import (
	"errors"
	"strings"
)

// Wide text holds 14 bits in each character: GitHub counts a comment's
// characters, so it holds more than twice of what Base64 does. The characters
// are Han, none of which joins, breaks or changes when text is normalised.
const (
	wideFirst = 0x4E00
	wideBits  = 14
)

func isWide(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r >= wideFirst }) == 0
}

func encodeWide(data []byte) string {
	var out strings.Builder
	var bits rune
	held := 0
	for _, b := range data {
		bits, held = bits<<8|rune(b), held+8
		if held >= wideBits {
			held -= wideBits
			out.WriteRune(wideFirst + bits>>held)
			bits &= 1<<held - 1
		}
	}
	if held > 0 {
		out.WriteRune(wideFirst + bits<<(wideBits-held))
	}
	return out.String()
}

// decodeWide is the data, and perhaps a byte of zeros behind it.
func decodeWide(s string) ([]byte, error) {
	var out []byte
	var bits rune
	held := 0
	for _, r := range s {
		if r < wideFirst || r >= wideFirst+1<<wideBits {
			return nil, errors.New("it holds characters that don't belong there")
		}
		bits, held = bits<<wideBits|(r-wideFirst), held+wideBits
		for held >= 8 {
			held -= 8
			out = append(out, byte(bits>>held&0xff))
			bits &= 1<<held - 1
		}
	}
	return out, nil
}
