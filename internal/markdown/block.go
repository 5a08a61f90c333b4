package markdown

import (
	"crypto/sha256"
	"encoding/base32"
	"strings"

	"github.com/yuin/goldmark/ast"
)

const (
	blockBegin  = "begin"
	blockEnd    = "end"
	blockName   = "block"
	blockDigest = "digest"
)

// Block is content between two hidden markers of ours that carry the name, on
// lines of its own. The first marker carries a digest of the content, by which
// [ReplaceBlock] sees whether people have changed it. The content must leave no
// code, HTML or comment open, and hold no block of the same name.
func Block(name, content string) string {
	content = strings.Trim(content, "\n")
	return Marker(blockBegin, Fields{blockName: name, blockDigest: digest(content)}) + "\n" +
		content + "\n" + Marker(blockEnd, Fields{blockName: name})
}

// BlockState is whether a block is Hindsight's to write.
type BlockState int

// The states of a block.
const (
	BlockOurs    BlockState = iota // as it was written, or empty
	BlockAbsent                    // neither of its markers is there
	BlockBroken                    // they are not there as one hidden pair, or hold what can't be read
	BlockChanged                   // people have changed what it says
)

// StateOf is the state of the block that has the name. One with nothing but
// blank lines between its markers is ours to fill, whatever its first marker
// says: so people get one back, and ask for one.
func StateOf(src, name string) BlockState {
	b, ok := findBlock(src, name)
	switch {
	case ok && b.intact(src):
		return BlockOurs
	case ok:
		return BlockChanged
	case mentions(src, blockBegin, name) || mentions(src, blockEnd, name):
		return BlockBroken
	}
	return BlockAbsent
}

// FindBlock is the content of the block that has the name. Intact is false
// when people have changed it. A text that holds the name's markers more than
// once, the wrong way round or where they are not hidden, holds no such block:
// which one would be ours is anybody's guess.
func FindBlock(src, name string) (content string, intact, ok bool) {
	b, ok := findBlock(src, name)
	if !ok {
		return "", false, false
	}
	return b.content(src), b.intact(src), true
}

// ReplaceBlock writes the content of the block that has the name anew, with
// the line ends that are there, and leaves every other byte as it is; false,
// and the text as it was, unless its state is [BlockOurs].
func ReplaceBlock(src, name, content string) (string, bool) {
	b, ok := findBlock(src, name)
	if !ok || !b.intact(src) {
		return src, false
	}
	return b.replace(src, Block(name, content)), true
}

// ReplaceMarker writes the first marker of the kind anew; false, and the text
// as it was, if there is none.
func ReplaceMarker(src, kind string, fields Fields) (string, bool) {
	for _, m := range hiddenMarkers(src, kind) {
		if m.fields != nil {
			return src[:m.start] + Marker(kind, fields) + src[m.stop:], true
		}
	}
	return src, false
}

type managedBlock struct{ begin, end hiddenMarker }

func (b managedBlock) content(src string) string {
	return strings.Trim(plainEnds(src[b.begin.stop:b.end.start]), "\n")
}

func (b managedBlock) intact(src string) bool {
	return b.empty(src) || digest(b.content(src)) == b.begin.fields[blockDigest]
}

func (b managedBlock) empty(src string) bool {
	return strings.TrimSpace(src[b.begin.stop:b.end.start]) == ""
}

// replace puts a block in the place of this one.
func (b managedBlock) replace(src, block string) string {
	block = strings.ReplaceAll(block, "\n", lineEndAt(src, b.begin.stop))
	return src[:b.begin.start] + block + src[b.end.stop:]
}

func findBlock(src, name string) (managedBlock, bool) {
	begin, ok1 := only(hiddenMarkers(src, blockBegin), name)
	end, ok2 := only(hiddenMarkers(src, blockEnd), name)
	return managedBlock{begin, end}, ok1 && ok2 && begin.stop < end.start
}

// only is the one marker of the block's name; false if there are others.
func only(all []hiddenMarker, name string) (found hiddenMarker, ok bool) {
	for _, m := range all {
		if m.fields[blockName] != name {
			continue
		}
		if ok {
			return found, false
		}
		found, ok = m, true
	}
	return found, ok
}

// hiddenMarker is a marker and where in the text it stands.
type hiddenMarker struct {
	body        string // what stands behind the kind
	fields      Fields // nil if the body holds none that can be read
	start, stop int
}

// hiddenMarkers are the hidden comments of ours that are of the kind.
func hiddenMarkers(src, kind string) []hiddenMarker {
	open := markerOpen + kind
	if !strings.Contains(src, open) { // spare the parsing
		return nil
	}
	d := parse(src)
	var found []hiddenMarker
	for n := d.root.FirstChild(); n != nil; n = n.NextSibling() {
		if n.Kind() != ast.KindHTMLBlock || n.Lines().Len() != 1 {
			continue
		}
		line := n.Lines().At(0)
		comment := strings.TrimSpace(string(line.Value(d.src)))
		body, ours := strings.CutPrefix(comment, open)
		body, closed := strings.CutSuffix(body, markerClose)
		if ours && closed && (body == "" || body[0] == ' ') && !strings.Contains(body, "--") {
			m := hiddenMarker{body: body, start: line.Start + d.shift}
			m.start += strings.Index(src[m.start:], markerOpen)
			m.stop = m.start + len(comment)
			m.fields, _ = parseFields(body)
			found = append(found, m)
		}
	}
	return found
}

// digest names a content whatever line ends browsers make of it: 60 bits.
func digest(content string) string {
	sum := sha256.Sum256([]byte(plainEnds(content)))
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum[:])[:12])
}

// mentions is whether a marker of the block's name stands anywhere, hidden or
// not.
func mentions(src, kind, name string) bool {
	for {
		_, rest, found := strings.Cut(src, markerOpen+kind+" ")
		if !found {
			return false
		}
		body := rest
		if end := strings.IndexAny(rest, "\r\n<>"); end >= 0 { // which no field holds
			body = strings.TrimSuffix(rest[:end], "--")
		}
		if fields, ok := parseFields(body); ok && fields[blockName] == name {
			return true
		}
		src = rest
	}
}

// lineEndAt is the line end behind the position, as it is written there.
func lineEndAt(src string, pos int) string {
	i := strings.IndexAny(src[pos:], "\r\n")
	switch {
	case i < 0 || src[pos+i] == '\n':
		return "\n"
	case strings.HasPrefix(src[pos+i:], "\r\n"):
		return "\r\n"
	}
	return "\r"
}

func plainEnds(s string) string { return string(unixLines(strings.ReplaceAll(s, "\r\n", "\n"))) }
