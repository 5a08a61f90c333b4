// Package board shows the stand-in for Jira to people: a Kanban board for each
// project, a page for each ticket, and what goes on behind them, at the
// addresses that the stand-in's API gives out.
//
// [New] makes the handler. Whoever looks acts as one of the people that the
// stand-in knows and chooses which. Cards are dragged, or moved from their
// menu, and either way by the workflow's transitions alone: what a screen asks
// for is asked, and where no transition leads no card goes.
//
// What people write is hostile. Pages are html/template; Jira's markup is
// rendered by a small parser that makes nothing but the few elements it knows,
// and links to nothing but http. The content security policy allows nothing
// but this origin's own script, style and images. Everything works without the
// script, dragging aside.
package board
