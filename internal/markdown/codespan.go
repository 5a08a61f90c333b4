package markdown

import (
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// codeSpans is goldmark's parser of code spans, spared the backticks that no
// later ones close. It would search the rest of the block for each of them, and
// remember every line on the way.
type codeSpans struct {
	parser.InlineParser
}

// lastRuns says where in a block the last run of backticks of each length
// begins.
type lastRuns struct {
	block ast.Node
	at    map[int]int
}

var lastRunsKey = parser.NewContextKey() //nolint:gochecknoglobals // a constant, as keys are made at run time

// Parse implements [parser.InlineParser].
func (c codeSpans) Parse(block ast.Node, reader text.Reader, pc parser.Context) ast.Node {
	line, at := reader.PeekLine()
	length := backticks(line)
	if lastRunsOf(block, reader.Source(), pc)[length] > at.Start {
		return c.InlineParser.Parse(block, reader, pc)
	}
	reader.Advance(length)
	return ast.NewTextSegment(at.WithStop(at.Start + length))
}

func lastRunsOf(block ast.Node, src []byte, pc parser.Context) map[int]int {
	if runs, ok := pc.Get(lastRunsKey).(lastRuns); ok && runs.block == block {
		return runs.at
	}
	at := map[int]int{}
	for i := range block.Lines().Len() {
		line := block.Lines().At(i)
		for pos := line.Start; pos < line.Stop; pos++ {
			if n := backticks(src[pos:line.Stop]); n > 0 {
				at[n] = pos
				pos += n
			}
		}
	}
	pc.Set(lastRunsKey, lastRuns{block, at})
	return at
}

// backticks is the length of the run at the start.
func backticks(s []byte) int {
	n := 0
	for n < len(s) && s[n] == '`' {
		n++
	}
	return n
}
