// Package markdown reads what people write on GitHub and makes what Hindsight
// writes there safe.
//
// It reads checklists ([Checklist]) and commands ([Commands]) the way GitHub
// renders them, so that what a person sees as a box is one, and what stands in
// a code block, a quote or a comment is not. It writes and finds the hidden
// markers ([Marker], [Seal]) by which Hindsight knows its own texts again.
// And it turns people's words into neutral text ([Text], [Quote], [Title],
// [Slug]) that can't mention, link, inject or forge anything.
package markdown
