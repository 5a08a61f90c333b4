package reconcile

import (
	"context"
	"time"

	"hindsight/internal/incident"
)

// Forge is GitHub as one installation of the App sees it, in the rules' words.
//
// Errors say what happens next: [incident.Missing] (404, 410: a fact),
// [incident.Blocked] (a person can mend it), [incident.Later] (not before a
// time), [incident.Paused] (nothing can be written here); anything else is
// passing and is tried again. No method retries or sleeps longer than pacing
// writes asks for.
type Forge interface {
	Repository(ctx context.Context, repo incident.Repo) (incident.Repository, error)
	Issue(ctx context.Context, key incident.Key) (incident.Issue, error)
	// Comments are all of them, oldest first.
	Comments(ctx context.Context, key incident.Key) ([]incident.Comment, error)
	// Labelling is the newest time that the label was put on; the zero value
	// when the issue's events don't tell.
	Labelling(ctx context.Context, key incident.Key, label string) (incident.Labelling, error)
	// MayTriage is whether the person has triage permission or more. A
	// lookup that fails is an error; 404 is Denied.
	MayTriage(ctx context.Context, repo incident.Repo, login string) (incident.Verdict, error)
	// File is a file's content on the default branch, at most 64 KiB.
	File(ctx context.Context, repo incident.Repo, path string) ([]byte, error)
	// Listed are the issues and pull requests with the label that changed at
	// or after since (zero: ever), open or closed, oldest change first. An
	// empty label means all.
	Listed(ctx context.Context, repo incident.Repo, label string, since time.Time) ([]incident.Issue, error)
	// Commented are the issues and pull requests on which a comment was
	// written or edited at or after since, each with the newest such time.
	Commented(ctx context.Context, repo incident.Repo, since time.Time) (map[incident.Key]time.Time, error)
	// Repositories are those that the installation may see.
	Repositories(ctx context.Context) ([]incident.Repo, error)

	WriteComment(ctx context.Context, on incident.Key, body string) (incident.Comment, error)
	EditComment(ctx context.Context, on incident.Key, id int64, body string) error
	DeleteComment(ctx context.Context, on incident.Key, id int64) error
	// CommentExists asks for the one comment, since a listing may be stale.
	CommentExists(ctx context.Context, on incident.Key, id int64) (bool, error)
	React(ctx context.Context, on incident.Key, reaction incident.Reaction) error
	OpenIssue(ctx context.Context, in incident.Repo, title, body string, labels []string) (incident.Issue, error)
	// AttachSubIssue is nil too where the host has no sub-issues, or the
	// issue is attached already.
	AttachSubIssue(ctx context.Context, parent incident.Key, id int64) error
	CloseAsDuplicate(ctx context.Context, key incident.Key) error
	AddLabel(ctx context.Context, key incident.Key, label string) error
	RemoveLabel(ctx context.Context, key incident.Key, label string) error
}

// Installation is one account that has the App.
type Installation struct {
	ID        int64
	Account   string // the owner's login, as GitHub spells it
	Suspended bool
	CreatedAt time.Time
}

// Forges are all installations.
type Forges interface {
	// Forge does no request by itself.
	Forge(installation int64) Forge
	// Admits is whether the operator serves this owner.
	Admits(ctx context.Context, owner string) (bool, error)
	// Installations are those of allowed owners.
	Installations(ctx context.Context) ([]Installation, error)
	// InstallationOf is the installation that sees the repository;
	// [incident.Missing] if the App is not installed there,
	// [incident.Paused] if its owner is not allowed or it is suspended.
	InstallationOf(ctx context.Context, repo incident.Repo) (int64, error)
	// AppID is the App's id: what carries it, we wrote.
	AppID() int64
}

// Wiki publishes pages.
type Wiki interface {
	// Create makes the page at path with content unless the path holds one
	// of ours already. A page that is not ours there, and a wiki without a
	// first page, are [incident.Blocked].
	Create(ctx context.Context, installation int64, repo incident.Repo, page incident.CreatePage) error
}

// Memory is what is remembered between looks.
type Memory interface {
	// Record of an incident; false if there is none.
	Record(ctx context.Context, key incident.Key) (incident.Record, bool, error)
	SaveRecord(ctx context.Context, key incident.Key, record incident.Record) error
	// FollowUps that were observed for an incident, by number.
	FollowUps(ctx context.Context, of incident.Key) ([]incident.FollowUp, error)
	// SaveFollowUp stores what was observed; the older observation never
	// replaces the newer one ([incident.FollowUp].At). It tells whether
	// anything changed.
	SaveFollowUp(ctx context.Context, of incident.Key, f incident.FollowUp) (changed bool, err error)
	// Unchecked are open follow-ups of a repository that were not looked at
	// since before, at most that many. They count as looked at from now on,
	// even if making them due fails after this: then it is a day later.
	Unchecked(ctx context.Context, repo incident.Repo, before time.Time, most int) ([]incident.Key, error)
	// CheckedAt is when a follow-up was last looked at, by our clock; zero if
	// the issue is not a known follow-up.
	CheckedAt(ctx context.Context, followUp incident.Key) (time.Time, error)
	// IncidentOf is the incident that a follow-up belongs to; false if the
	// issue is not a known follow-up.
	IncidentOf(ctx context.Context, followUp incident.Key) (incident.Key, bool, error)
	// Incidents of one repository.
	Incidents(ctx context.Context, repo incident.Repo) ([]incident.Key, error)
	// Look is until when a repository has been swept; zero for never.
	Look(ctx context.Context, repo incident.Repo) (time.Time, error)
	SaveLook(ctx context.Context, repo incident.Repo, until time.Time) error
}

// Texts renders what Hindsight writes, and reads it back. A marker proves
// nothing by itself: only what GitHub says this App wrote is given to the
// reading methods.
type Texts interface {
	incident.Texts
	// ReadTracker finds the tracker's marker, and the ledger in it: only what
	// can be believed of it, since people may have edited it.
	ReadTracker(body string) (of incident.ID, paused bool, ledger incident.Ledger, ok bool)
	ReadClosing(body string) (of incident.ID, complete bool, ok bool)
	// ReadFollowUp finds the marker of a follow-up: Key, Source and Words.
	ReadFollowUp(body string) (of incident.ID, entry incident.Entry, ok bool)
}

// Marker is set where work is to be done.
type Marker interface {
	// Mark makes the key due at a time, or sooner if it already was.
	Mark(ctx context.Context, installation int64, key incident.Key, at time.Time) error
	// Resume makes due what had been paused in a repository, and has all work
	// there done by this installation: another may have done it before.
	Resume(ctx context.Context, installation int64, repo incident.Repo) error
}
