package insight

import (
	"slices"

	"onetap/internal/waves"
)

// Standing are the segments that differ from everybody else by more than chance does, and those that come next. ok is false for who may not know the people:
// their segments are those of Reading.Report alone, from which nothing small can be worked out.
func (w *Wave) Standing() (s waves.Standing, ok bool) {
	if !w.view.People() {
		return s, false
	}
	s = w.a.Standing
	s.Segments = slices.DeleteFunc(slices.Clone(s.Segments), func(one waves.Segment) bool { return !slices.Contains(w.kinds, one.Kind) })
	return s, true
}

// Sample is who answered against who was asked, and the score weighted to the latter; ok as in Standing.
func (w *Wave) Sample() (s waves.Sample, ok bool) {
	if !w.view.People() {
		return s, false
	}
	s = w.a.Sample
	s.By = slices.DeleteFunc(slices.Clone(s.By), func(c waves.Composition) bool { return !slices.Contains(w.kinds, c.Kind) })
	return s, true
}
