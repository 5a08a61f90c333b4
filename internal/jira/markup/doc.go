// Package markup turns Markdown into Jira's wiki markup, such that nothing that
// people wrote is active there: no macro, mention, image, link or emphasis that
// the Markdown did not ask for.
//
// Two programs read the markup, and the result has to be safe in both. Data
// Center renders it with Atlassian's wiki renderer (com.atlassian.renderer.v2:
// WikiMarkupParser, PhraseRendererComponent, BackslashEscapeRendererComponent).
// Cloud turns what its REST API, version 2, is sent into a document of its own
// format, by rules that were ported from there (@atlaskit/editor-wikimarkup-transformer).
//
// Both take a backslash before one of "-#*_+?^~|%{}[]()!@" for an escape, unless
// another stands before it. Cloud shows character references as they are
// written, so that they are used only where no escape works: for the pipe in a
// table or link. What else has no escape is broken up by a character that can't
// be seen; see escape.go.
package markup
