package templates

import (
	"maps"
	"strconv"

	"hindsight/internal/incident"
	"hindsight/internal/markdown"
	"hindsight/internal/reconcile"
)

// The kinds of markers.
const (
	trackerKind  = "tracker"
	ledgerKind   = "ledger"
	closingKind  = "closing"
	replyKind    = "reply"
	whyKind      = "why"
	followUpKind = "followup"
	pageKind     = "page"

	pausedField = "paused"

	// factsBlock is the managed block in a follow-up's body, and one of the
	// page's.
	factsBlock = "facts"
)

// Texts is held to what reads it back.
var _ reconcile.Texts = Texts{}

func marker(kind string, of incident.ID, more markdown.Fields) string {
	return markdown.Marker(kind, fields(of, more))
}

// fields are those of a marker; what is empty is left out.
func fields(of incident.ID, more markdown.Fields) markdown.Fields {
	all := markdown.Fields{"incident": of.String()}
	maps.Copy(all, more)
	maps.DeleteFunc(all, func(_, value string) bool { return value == "" })
	return all
}

func readMarker(body, kind string) (incident.ID, markdown.Fields, bool) {
	fields, ok := markdown.FindMarker(body, kind)
	if !ok {
		return incident.ID{}, nil, false
	}
	of, err := incident.ParseID(fields["incident"])
	return of, fields, err == nil
}

// ReadTracker finds the tracker's marker, whether it says paused, and the
// ledger in it. A ledger that can't be read counts as empty: what it said is
// found again by other markers.
func (Texts) ReadTracker(body string) (of incident.ID, paused bool, ledger incident.Ledger, ok bool) {
	of, fields, ok := readMarker(body, trackerKind)
	if !ok {
		return of, false, ledger, false
	}
	return of, fields["says"] == pausedField, unsealLedger(body).Checked(), true
}

// ReadPage finds the marker of a page.
func (Texts) ReadPage(text string) (of incident.ID, ok bool) {
	of, _, ok = readMarker(text, pageKind)
	return of, ok
}

// ReadBoxes are the boxes under the tracker's heading "Follow-ups", also those
// that are folded. Of two boxes of one issue or ticket, as when somebody has
// copied a line, the first counts.
func (Texts) ReadBoxes(body string, on incident.Key) []reconcile.Box {
	var boxes []reconcile.Box
	seen := map[incident.Key]bool{}
	for _, b := range markdown.Boxes(body) {
		box := reconcile.Box{Ticked: b.Ticked}
		switch {
		case b.Of.Number == 0:
			box.Text = b.Text
		case b.Of.Site != "":
			box.Issue = incident.Key{Repo: incident.Repo(b.Of.Site), Number: b.Of.Number}
		case b.Of.Owner == "":
			box.Issue = incident.Key{Repo: on.Repo, Number: b.Of.Number}
		default:
			box.Issue = incident.NewKey(b.Of.Owner, b.Of.Name, b.Of.Number)
		}
		if ours := box.Issue.Number != 0; !ours || !seen[box.Issue] {
			seen[box.Issue] = ours
			boxes = append(boxes, box)
		}
	}
	return boxes
}

// ReadClosing finds the marker of the comment at the end, and what it says.
func (Texts) ReadClosing(body string) (of incident.ID, complete, ok bool) {
	of, fields, ok := readMarker(body, closingKind)
	return of, fields["says"] == "complete", ok
}

// ReadReply finds the marker of an answer to the commands in a comment.
func (Texts) ReadReply(body string) (of incident.ID, to int64, ok bool) {
	of, fields, ok := readMarker(body, replyKind)
	to, err := strconv.ParseInt(fields["to"], 10, 64)
	return of, to, ok && err == nil
}

// ReadWhy finds the marker of the question for a reason.
func (Texts) ReadWhy(body string) (of incident.ID, ok bool) {
	of, _, ok = readMarker(body, whyKind)
	return of, ok
}

// followUpFields are what a follow-up's marker says. In another repository
// nobody is told how bad the incident was, or when.
func followUpFields(v incident.FollowUpView) markdown.Fields {
	more := markdown.Fields{
		"item": string(v.Item), "source": string(v.Source), "words": v.Words,
		"title": v.Wrote.Title, "owner": v.Wrote.Owner, "due": string(v.Wrote.Due),
		"priority": string(v.Wrote.Priority), "type": string(v.Wrote.Type),
	}
	if !v.Bare {
		more["severity"], more["date"] = severityField(v.Wrote.Severity), string(v.Wrote.Date)
	}
	return fields(v.ID, more)
}

func severityField(s incident.Severity) string {
	if s == 0 {
		return ""
	}
	return strconv.Itoa(int(s))
}

// nameLimit is how long what a marker names may be, in bytes: four times of what
// Hindsight writes.
const nameLimit = 100

// ReadFollowUp finds the marker of a follow-up. What it names goes into the
// ledger, which has to fit into a comment: one that people have made longer is
// none.
func (Texts) ReadFollowUp(body string) (of incident.ID, entry incident.Entry, ok bool) {
	of, fields, ok := readMarker(body, followUpKind)
	return of, incident.Entry{
		Key:    incident.ItemKey(fields["item"]),
		Source: incident.Source(fields["source"]),
		Words:  fields["words"],
		Wrote:  readWritten(fields),
	}, ok && fields["item"] != "" && max(len(fields["item"]), len(fields["source"]), len(fields["words"])) <= nameLimit
}

// readWritten leaves out what is not of the form in which it was written.
func readWritten(fields markdown.Fields) incident.Written {
	w := incident.Written{
		Title: fields["title"], Owner: fields["owner"],
		Due: incident.Day(fields["due"]), Date: incident.Day(fields["date"]),
		Priority: incident.Priority(fields["priority"]), Type: incident.ItemType(fields["type"]),
	}
	if n, err := strconv.Atoi(fields["severity"]); err == nil {
		w.Severity = incident.Severity(n)
	}
	return w.Checked()
}

// Refresh writes what a follow-up's body says of it anew, and the marker with
// it, from another body of the same follow-up. What people changed stays:
// then it is false, and the body as it was.
func (Texts) Refresh(body, anew string) (string, bool) {
	content, _, ok := markdown.FindBlock(anew, factsBlock)
	if !ok {
		return body, false
	}
	fresh, ok := markdown.ReplaceBlock(body, factsBlock, content)
	if !ok {
		return body, false
	}
	was, _ := markdown.FindMarker(body, followUpKind)
	is, _ := markdown.FindMarker(anew, followUpKind)
	if was["incident"] == is["incident"] && was["item"] == is["item"] {
		fresh, _ = markdown.ReplaceMarker(fresh, followUpKind, is)
	}
	return fresh, true
}
