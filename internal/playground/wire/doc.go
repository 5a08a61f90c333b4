// Package wire is what the stand-ins have in common where they touch the
// network, and with it everything that goes wrong there on demand.
//
// [Watch] records the calls that come in and spoils them: slow, refused or cut
// off, before or after their effect. [Office] delivers webhooks one after the
// other and records how that went: lost, doubled, late, held back, wrongly
// signed.
//
// It knows nothing of what a stand-in stands for. What tells them apart is
// passed in: what stands in front of the server, which headers a delivery has,
// whether it is tried again, and how long records are kept.
package wire
