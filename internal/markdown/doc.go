// Package markdown reads what people write on GitHub and makes what Hindsight
// writes there safe.
//
// It reads checklists ([Checklist]), commands ([Commands]) and what a pull
// request belongs to ([Refers]) the way GitHub renders them, so that what a
// person sees as a box is one, and what stands in a code block, a quote or a
// comment is not. It writes and finds the hidden marks by which Hindsight knows
// its own texts again ([Marker], [Seal]), the boxes in them ([BoxMark],
// [Boxes]), the parts of them that nobody has changed ([Block]), and tables
// that only gain rows ([GainingBlock]). It turns people's words into neutral
// text ([Text], [Code], [Quote], [Title], [Slug]) that can't mention, link,
// inject or forge anything. And it tells who may read which part of a page
// ([Sections]), and makes of it what everybody may read ([PublicText], [Readings]).
package markdown
