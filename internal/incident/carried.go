package incident

import (
	"encoding/json"
	"fmt"
)

// asWanted stands in the tracker for what was written as it is wanted: it
// mostly was, and a tracker of many follow-ups has to be short.
const asWanted = "="

// carriedEntry is an [Entry] as JSON.
type carriedEntry Entry

// MarshalJSON writes what is wanted and was written once, and what looks like
// noise in one piece: each piece costs some characters more.
func (e Entry) MarshalJSON() ([]byte, error) {
	c := carriedEntry(e)
	for _, pair := range c.written() {
		if *pair.wrote != "" && *pair.wrote == *pair.wanted {
			*pair.wrote = asWanted
		}
	}
	if len(c.Words) == wordsLength && len(c.Sketch) == sketchDigits && len(c.Tail) == tailLength {
		c.Words, c.Sketch, c.Tail = c.Words+string(c.Sketch)+c.Tail, "", ""
	}
	data, err := json.Marshal(c)
	if err != nil {
		return nil, fmt.Errorf("write the entry %s: %w", e.Key, err)
	}
	return data, nil
}

// UnmarshalJSON reads what MarshalJSON writes, and entries of older trackers.
func (e *Entry) UnmarshalJSON(data []byte) error {
	var c carriedEntry
	if err := json.Unmarshal(data, &c); err != nil {
		return fmt.Errorf("read an entry: %w", err)
	}
	const sketched, all = wordsLength + sketchDigits, wordsLength + sketchDigits + tailLength
	if w := c.Words; len(w) == all {
		c.Words, c.Sketch, c.Tail = w[:wordsLength], Sketch(w[wordsLength:sketched]), w[sketched:]
	}
	for _, pair := range c.written() {
		if *pair.wrote == asWanted {
			*pair.wrote = *pair.wanted
		}
	}
	*e = Entry(c)
	return nil
}

type writtenPair struct{ wrote, wanted *string }

func (c *carriedEntry) written() []writtenPair {
	return []writtenPair{
		{&c.Wrote.Title, &c.Words},
		{&c.Wrote.Owner, &c.Owner},
		{(*string)(&c.Wrote.Due), (*string)(&c.Due)},
		{(*string)(&c.Wrote.Priority), (*string)(&c.Priority)},
		{(*string)(&c.Wrote.Type), (*string)(&c.Type)},
	}
}
