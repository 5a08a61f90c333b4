package markdown

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/yuin/goldmark/ast"
)

const (
	blockKeys = "keys"
	keyLength = 8
	// maxKeys bounds the rows that a block may ever gain, and so its first marker.
	maxKeys = 5000
)

// Row is a line of a table that only gains lines.
type Row struct {
	// Key names the row for good: eight lower-case letters and digits.
	Key string
	At  time.Time
	// Line is the row as it is to stand there, "| … |", its words neutral. The
	// first cell says the time, see [RowTime].
	Line string
}

// rowForm is the time in a row's first cell, in UTC.
const rowForm = "2006-01-02 15:04"

// RowTime is a time, in UTC, as the first cell of a row says it.
func RowTime(t time.Time) string { return t.UTC().Format(rowForm) }

// GainingBlock is a block that holds a table which only gains rows: the table's
// head, which is two lines, and the rows in order of time. Its first marker has
// the keys of all rows that were ever written, so that none is written again,
// whatever became of it. Rows whose key is not of the right form are left out:
// they could not be known again.
func GainingBlock(name, head string, rows []Row) string {
	return gainingBlock(name, head, nil, rows)
}

func gainingBlock(name, head string, known keySet, rows []Row) string {
	rows = known.unknown(rows)
	lines := []string{gainingMarker(name, known, rows), strings.Trim(head, "\n")}
	for _, r := range rows {
		lines = append(lines, r.Line)
	}
	return strings.Join(append(lines, Marker(blockEnd, Fields{blockName: name})), "\n")
}

func gainingMarker(name string, known keySet, added []Row) string {
	known = maps.Clone(known)
	if known == nil {
		known = keySet{}
	}
	for _, r := range added {
		known[r.Key] = true
	}
	return Marker(blockBegin, Fields{blockName: name, blockKeys: known.String()})
}

// GainingStateOf is the state of the block that [GainingBlock] made: never
// [BlockChanged], since what stands in it is the people's. It is [BlockBroken]
// also when it holds no table any more, or its keys can't be read: rows that
// people took out would come back.
func GainingStateOf(src, name string) BlockState {
	if _, ok := findGaining(src, name); ok {
		return BlockOurs
	}
	if state := StateOf(src, name); state == BlockAbsent {
		return BlockAbsent
	}
	return BlockBroken
}

// GainRows adds those of the rows whose keys the block does not know to its
// table, in order of time: each behind the last row that is not later. A row
// whose time can't be read belongs to the row before it. Nothing else changes
// but the first marker, and the line ends are those that are there. An empty
// block gets a head as well. It is false, and the text as it was, unless the
// block's state is [BlockOurs].
func GainRows(src, name, head string, rows []Row) (string, bool) {
	b, ok := findGaining(src, name)
	if !ok {
		return src, false
	}
	added := b.keys.unknown(rows)
	switch {
	case b.empty(src) && (len(added) > 0 || len(b.keys) == 0):
		return b.replace(src, gainingBlock(name, head, b.keys, added)), true
	case len(added) == 0:
		return src, true
	}
	table := b.insert(src[b.begin.stop:b.end.start], added)
	return src[:b.begin.start] + gainingMarker(name, b.keys, added) + table + src[b.end.start:], true
}

// RowKeys are the keys of all rows that were ever written to a block, in their
// order; none unless the block's state is [BlockOurs].
func RowKeys(src, name string) []string {
	b, ok := findGaining(src, name)
	if !ok {
		return nil
	}
	return slices.Sorted(maps.Keys(b.keys))
}

// keySet are the keys that a block knows.
type keySet map[string]bool

func (s keySet) String() string { return strings.Join(slices.Sorted(maps.Keys(s)), "") }

var keyForm = regexp.MustCompile(`^[a-z0-9]{8}$`)

// readKeys reads what String wrote; people may have edited it.
func readKeys(packed string) (keySet, bool) {
	if len(packed)%keyLength != 0 || len(packed) > maxKeys*keyLength {
		return nil, false
	}
	keys := keySet{}
	for key := range slices.Chunk([]byte(packed), keyLength) {
		if !keyForm.Match(key) {
			return nil, false
		}
		keys[string(key)] = true
	}
	return keys, true
}

// unknown are the rows to add, in order of time.
func (s keySet) unknown(rows []Row) []Row {
	var added []Row
	seen := keySet{}
	for _, r := range rows {
		if s[r.Key] || seen[r.Key] || !keyForm.MatchString(r.Key) || len(s)+len(seen) == maxKeys {
			continue
		}
		seen[r.Key] = true
		added = append(added, r)
	}
	slices.SortStableFunc(added, func(a, b Row) int { return a.At.Compare(b.At) })
	return added
}

// gaining is a block that gains rows.
type gaining struct {
	managedBlock
	keys keySet
	rows []tableRow // behind the start of the block's content
}

// tableRow is a line of a table: its head's delimiters, or one of its rows.
type tableRow struct {
	start, end int // end is behind its line end
	line       string
}

func findGaining(src, name string) (gaining, bool) {
	pair, ok := findBlock(src, name)
	if !ok {
		return gaining{}, false
	}
	packed, said := pair.begin.fields[blockKeys]
	keys, read := readKeys(packed)
	b := gaining{managedBlock: pair, keys: keys}
	if !read || b.empty(src) {
		return b, read
	}
	b.rows = parse(src).table(pair.begin.stop, pair.end.start)
	return b, said && len(b.rows) > 0
}

// insert is the block's content with the rows added.
func (b gaining) insert(content string, added []Row) string {
	times := b.times()
	var out strings.Builder
	from := 0
	for i, at := range b.places(times, added) {
		row := b.rows[at]
		out.WriteString(content[from:row.end] + added[i].Line + lineEndAt(content, row.start))
		from = row.end
	}
	return out.String() + content[from:]
}

// places are the indices of the rows behind which each of the added ones goes.
func (b gaining) places(times []time.Time, added []Row) []int {
	places := make([]int, len(added))
	for i, r := range added {
		places[i] = b.place(times, r.At)
		if i > 0 {
			places[i] = max(places[i], places[i-1]) // one that people put out of order
		}
	}
	return places
}

// place is the last row that is not later, with those that belong to it. None
// is: then what stands before the first row that says a time.
func (b gaining) place(times []time.Time, at time.Time) int {
	last := -1
	for i, t := range times {
		if !t.IsZero() && !t.After(at) {
			last = i
		}
	}
	for last+1 < len(times) && times[last+1].IsZero() {
		last++
	}
	return last
}

// times are those that the rows say, from the delimiters on; zero where they
// say none.
func (b gaining) times() []time.Time {
	times := make([]time.Time, len(b.rows))
	before := b.earliest()
	for i, r := range b.rows[1:] {
		t, ok := readRowTime(firstCell(r.line), before)
		if ok {
			times[i+1], before = t, t
		}
	}
	return times
}

// earliest is half a day before the first time with a date, for the rows that
// stand before it without one; zero where none has a date.
func (b gaining) earliest() time.Time {
	for _, r := range b.rows {
		if t, ok := readRowTime(firstCell(r.line), time.Time{}); ok {
			return t.Add(-12 * time.Hour)
		}
	}
	return time.Time{}
}

// rowTime is a time of day, with or without its date. Letters and digits
// around it, but for the zone and a time until when, would make something else
// of it.
var rowTime = regexp.MustCompile(`^[^\pL\pN]*(?:(\d{4}-\d{2}-\d{2})(?:T|[ ,]+))?(\d{1,2}:\d{2})(?::\d{2})?` +
	`(?:\s*[-–—]\s*\d{1,2}:\d{2})?\s*(?:UTC|GMT|Z)?[^\pL\pN]*$`)

// readRowTime reads a first cell. A time without a date is of the day of the
// row before, or of the next when it would be half a day earlier.
func readRowTime(cell string, before time.Time) (time.Time, bool) {
	m := rowTime.FindStringSubmatch(cell)
	if m == nil || m[1] == "" && before.IsZero() {
		return time.Time{}, false
	}
	day := m[1]
	if day == "" {
		day = before.Format(time.DateOnly)
	}
	t, err := time.Parse(rowForm, day+" "+m[2])
	if m[1] == "" && before.Sub(t) > 12*time.Hour {
		t = t.AddDate(0, 0, 1)
	}
	return t, err == nil
}

func firstCell(line string) string {
	cell, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimSpace(line), "|"), "|")
	return cell
}

var delimiters = regexp.MustCompile(`^\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?$`)

// table is the first table that begins between the positions, as it is
// rendered, from the line of delimiters on. To the parser it is a paragraph, or
// the heading that a line of hyphens below would make of it.
func (d document) table(start, stop int) []tableRow {
	start, stop = start-d.shift, stop-d.shift
	for n := d.root.FirstChild(); n != nil; n = n.NextSibling() {
		if k := n.Kind(); k != ast.KindParagraph && k != ast.KindHeading || n.Pos() < start || n.Pos() >= stop {
			continue
		}
		var rows []tableRow
		lines := n.Lines()
		for i := 1; i < lines.Len(); i++ {
			from, to := lines.At(i).Start, d.ends[d.line(lines.At(i).Start)-1]
			text := string(d.src[from:to])
			if rows != nil || heads(string(d.src[lines.At(i-1).Start:from]), text) {
				rows = append(rows, tableRow{from - start, to + 1 - start, text})
			}
		}
		if rows != nil {
			return rows
		}
	}
	return nil
}

// heads is whether the two lines are the head of a table.
func heads(titles, line string) bool {
	return strings.Contains(line, "|") && delimiters.MatchString(strings.TrimSpace(line)) && cells(titles) == cells(line)
}

// cells counts the cells of a row. A pipe behind a backslash is none's end.
func cells(line string) int {
	line = strings.ReplaceAll(strings.TrimSpace(line), `\|`, "")
	line = strings.TrimSuffix(strings.TrimPrefix(line, "|"), "|")
	return strings.Count(line, "|") + 1
}
