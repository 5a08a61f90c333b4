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

// FindBlock is the content of the block that has the name. Intact is false
// when people have changed it. A text that holds the name's markers more than
// once, the wrong way round or where they are not hidden, holds no such block:
// which one would be ours is anybody's guess.
func FindBlock(src, name string) (content string, intact, ok bool) {
	b, ok := findBlock(src, name)
	if !ok {
		return "", false, false
	}
	content = strings.Trim(plainEnds(src[b.begin.stop:b.end.start]), "\n")
	return content, digest(content) == b.begin.fields[blockDigest], true
}

// ReplaceBlock writes the content of the block that has the name anew, and
// leaves every other byte as it is; false, and the text as it was, if there is
// no such block or people have changed it.
func ReplaceBlock(src, name, content string) (string, bool) {
	b, ok := findBlock(src, name)
	if _, intact, _ := FindBlock(src, name); !ok || !intact {
		return src, false
	}
	return src[:b.begin.start] + Block(name, content) + src[b.end.stop:], true
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

func plainEnds(s string) string { return string(unixLines(strings.ReplaceAll(s, "\r\n", "\n"))) }
