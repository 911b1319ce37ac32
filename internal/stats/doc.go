// Package stats is the arithmetic of why a score is what it is and whether it moved: people asked twice, what goes with the score, words that tell two
// groups apart, the mix of segments against the score within them, weights, many comparisons at once, small teams. No I/O; where chance is needed a
// seed is given, so that the same answers give the same figures.
package stats
