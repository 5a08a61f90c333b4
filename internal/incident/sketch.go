package incident

import (
	"hash/fnv"
	"math"
	"strings"
	"unicode"
)

// Sketch is a short summary of an item's words by which similar ones are
// known: 16 hexadecimal digits, "" for an item without letters.
//
// Each digit is a minimum over the words' trigrams of letters, as another hash
// function orders them: the larger the share of trigrams that two items have in
// common, the more of their digits agree.
type Sketch string

const (
	sketchDigits = 16
	// similarDigits agree in what counts as the same line, spelled anew. Two
	// lines that have nothing in common agree in one digit of 16; that so many
	// agree by chance happens once in about 50,000 pairs.
	similarDigits = 7
	// sketchedRunes are looked at: more makes no title.
	sketchedRunes = 400
)

// sketch summarizes words as normalized gives them.
func sketch(words string) Sketch {
	if !strings.ContainsFunc(words, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }) {
		return ""
	}
	runes := []rune(" " + words + " ")
	runes = runes[:min(len(runes), sketchedRunes)]
	var least [sketchDigits]uint64
	for i := range least {
		least[i] = math.MaxUint64
	}
	for i := range len(runes) - 2 {
		h := fnv.New64a()
		_, _ = h.Write([]byte(string(runes[i : i+3]))) // never fails
		for n := range least {
			least[n] = min(least[n], scrambled(h.Sum64()+uint64(n)*0x9e3779b97f4a7c15))
		}
	}
	const digits = "0123456789abcdef"
	var s strings.Builder
	for _, l := range least {
		s.WriteByte(digits[l%16])
	}
	return Sketch(s.String())
}

// scrambled is another order of the numbers: SplitMix64's last steps.
func scrambled(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// like is whether the words of two sketches are similar.
func (s Sketch) like(other Sketch) bool {
	if len(s) != sketchDigits || len(other) != sketchDigits {
		return false
	}
	agree := 0
	for i := range s {
		if s[i] == other[i] {
			agree++
		}
	}
	return agree >= similarDigits
}
