// Package history brings in answers that were given elsewhere, before this workspace was: a list with a date and a score, or what a survey
// service exports. They become past campaigns, and are answers like any other from then on; nobody is written to because of them.
//
// What is taken stays the same however often it comes: each answer has an origin, a keyed hash of the id that its service gave it and its
// time, or of who gave it, when, and the score. An answer lies at its contact's place in its campaign; of somebody who answered twice within one,
// the second lies in a further campaign of the same name, "(2)". Without a contact it lies under its origin, which is nobody's id.
package history
