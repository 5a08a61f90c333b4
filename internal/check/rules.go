package check

import "hindsight/internal/incident"

// Rule is one thing that pages are looked through for.
type Rule struct {
	ID string // such as "secret"
	// Doc says in one sentence what is found.
	Doc string
	// Serious is true for what keeps a page from being published.
	Serious bool
}

type rule struct {
	Rule
	// says is what a finding's text is, unless the hit says more: what it is,
	// and what to write instead.
	says string
	find func(*page) []hit
	// filled is true of a rule that a page only meets once it is filled in.
	filled bool
}

// hit is a place at which a rule found something.
type hit struct {
	at, to int    // in the text; to may be 0
	says   string // in place of the rule's own words, or ""
	// anywhere is true for what may stand behind it as well.
	anywhere bool
}

func rules() []rule {
	return append(seriousRules(), adviceRules()...)
}

func seriousRules() []rule {
	return []rule{
		{
			Rule: Rule{"secret", "A password, key or token, also within an address, in code or in a hidden comment.", true},
			says: "This looks like a secret: replace it where it is used, since the page's history keeps it, and take it out here.",
			find: inBothViews(secrets),
		},
		{
			Rule: Rule{"email", "An e-mail address, other than those that are made for examples.", true},
			says: "This is an e-mail address: name the role or the team instead.",
			find: inBothViews(emails),
		},
		{
			Rule: Rule{"address", "An IP address, other than those that mean the same everywhere or are made for examples.", true},
			says: "This is an IP address: say what it is the address of instead.",
			find: inBothViews(addresses),
		},
		{
			Rule: Rule{"host", "The name of a host in an internal network.", true},
			says: "This is the name of an internal host: say what runs there instead.",
			find: inBothViews(hosts),
		},
		{
			Rule: Rule{incident.CheckCustomer, "A name from the list of customers.", true},
			says: "This is a customer's name: say how many, or of which kind, instead.",
			find: customers,
		},
	}
}

func adviceRules() []rule {
	return []rule{
		{
			Rule: Rule{ID: "blame", Doc: "A person's name beside words that judge, such as “should have”, “forgot” or “human error”."},
			says: "This reads as if a person were to blame: say what made it seem the right thing to do.",
			find: blame,
		},
		{
			Rule: Rule{ID: "outage", Doc: "“Outage” in the message to customers, while the section about the impact does not say that all were affected."},
			says: "“Outage” says that nothing worked for anybody, and the impact does not: say what did not work, and for whom.",
			find: outages, filled: true,
		},
		{
			Rule: Rule{ID: "follow-up", Doc: "A follow-up that is still to be done and has no owner or no date."},
			says: "This follow-up has no owner and no date: end it with @login due 2w.",
			find: loose, filled: true,
		},
		{
			Rule: Rule{ID: "vague", Doc: "A follow-up such as “investigate”, of which nobody can say when it is done."},
			says: "Nobody can say when this is done: write what will be there then that is not there now.",
			find: vague, filled: true,
		},
		{
			Rule: Rule{ID: "empty", Doc: "A section that holds nothing but its guidance."},
			says: "This section is empty: fill it in, or take it out.",
			find: empty, filled: true,
		},
		{
			Rule: Rule{ID: "source", Doc: "A row of the timeline without a link to where it can be seen."},
			says: "This row has no source: link what shows it, such as a message, a graph or a change.",
			find: sourceless, filled: true,
		},
	}
}
