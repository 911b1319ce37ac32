package main

import (
	"bytes"
	"path/filepath"
	"regexp"
	"testing"

	"onetap/internal/local/localtest"
)

// The demo is the main job from upload to alert through the real functions; it fails when a promise is broken.
func TestDemo(t *testing.T) {
	t.Parallel()
	template := localtest.Template(t)
	var out bytes.Buffer
	s, err := tellDemo(t.Context(), &out, template, localtest.Skewed(t), filepath.Join(filepath.Dir(template), "samples"), 1)
	if err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	line := regexp.MustCompile(`^demo: audience=303 invited=299 skipped=4 sent=\d+ bounced=\d+ responded=\d+ unverified=\d+ nps=-?\d+\.\d interval=\[-?\d+\.\d,-?\d+\.\d\] cases=\d+ alerts=\d+ drift=0 duplicates=0 enps=-?\d+\.\d linkable=0 erased=\d+ imported=480 exported=\d+ resolved=1 climbed=\d+ calls=5$`)
	if !line.MatchString(s.String()) {
		t.Errorf("the last line is %q", s)
	}
	if s.Responded == 0 || s.Unverified == 0 || s.Bounced == 0 || s.Cases == 0 || s.Alerts < s.Cases || s.Erased < 5 || s.Exported < 1000 || s.Climbed == 0 || s.Invited != s.Sent+s.Bounced {
		t.Errorf("the story lacks something: %v", s)
	}
}
