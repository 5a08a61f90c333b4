package pages

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/util"
	nethtml "golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"hindsight/internal/playground"
)

// boxAttribute marks a checkbox that came from a task list, on its way through
// the sanitiser, by a word that changes with every rendering: people can write
// such an element themselves, but they can't know the word.
const boxAttribute = "data-box"

// boxRenderer is goldmark's, but that it keeps the mark.
type boxRenderer struct{}

// RegisterFuncs says what it renders.
func (b boxRenderer) RegisterFuncs(r renderer.NodeRendererFuncRegisterer) {
	r.Register(extast.KindTaskCheckBox, b.render)
}

func (boxRenderer) render(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	box, is := n.(*extast.TaskCheckBox)
	if !entering || !is {
		return ast.WalkContinue, nil
	}
	mark := ""
	if value, marked := n.AttributeString(boxAttribute); marked {
		mark = fmt.Sprintf(` %s="%s"`, boxAttribute, value)
	}
	if box.IsChecked {
		mark += ` checked=""`
	}
	_, err := fmt.Fprintf(w, `<input%s disabled="" type="checkbox"> `, mark)
	return ast.WalkContinue, err
}

func withBoxes() goldmark.Option {
	const beforeTheirs = 400
	return goldmark.WithRendererOptions(renderer.WithNodeRenderers(util.Prioritized(boxRenderer{}, beforeTheirs)))
}

// markBoxes marks each checkbox with the word and its index in
// [playground.Boxes], which is told by the line that it stands on.
func markBoxes(doc ast.Node, source []byte, word string) {
	index := map[int]int{}
	for n, box := range playground.Boxes(string(source)) {
		index[box.Offset] = n
	}
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) { // the function never fails
		if !entering || n.Kind() != extast.KindTaskCheckBox || n.Parent().Lines().Len() == 0 {
			return ast.WalkContinue, nil
		}
		line := bytes.LastIndexByte(source[:n.Parent().Lines().At(0).Start], '\n') + 1
		if at, known := index[line]; known {
			n.SetAttributeString(boxAttribute, word+"-"+strconv.Itoa(at))
		}
		return ast.WalkContinue, nil
	})
}

func boxWord() string { return rand.Text() }

// enliven makes buttons of the checkboxes that carry the word, which send the
// form with this id; without a form they only say why they can't be ticked.
func enliven(n *nethtml.Node, word, form string) {
	for c := range n.Descendants() {
		enlivenOne(c, word, form)
	}
	enlivenOne(n, word, form)
}

func enlivenOne(n *nethtml.Node, word, form string) {
	if n.Type != nethtml.ElementNode || n.DataAtom != atom.Input {
		return
	}
	index, ticked := "", false
	var kept []nethtml.Attribute
	for _, a := range n.Attr {
		switch a.Key {
		case boxAttribute:
			index, _ = strings.CutPrefix(a.Val, word+"-")
			continue
		case "checked":
			ticked = true
		}
		kept = append(kept, a)
	}
	n.Attr = kept
	if _, err := strconv.Atoi(index); err != nil {
		return
	}
	if form == "" {
		n.Attr = append(n.Attr, nethtml.Attribute{Key: "title", Val: "Only its author, and who may write, can tick it"})
		return
	}
	does, says := "tick", "Tick this box"
	if ticked {
		does, says = "untick", "Untick this box"
	}
	n.Data, n.DataAtom = "button", atom.Button
	n.Attr = []nethtml.Attribute{
		{Key: "class", Val: "tickbox"},
		{Key: "form", Val: form},
		{Key: "name", Val: does},
		{Key: "value", Val: index},
		{Key: "role", Val: "checkbox"},
		{Key: "aria-checked", Val: strconv.FormatBool(ticked)},
		{Key: "aria-label", Val: says},
		{Key: "title", Val: says},
	}
}

// digest tells whether a text is still the one that somebody saw.
func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return base64.RawURLEncoding.EncodeToString(sum[:12])
}
