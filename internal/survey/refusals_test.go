package survey

import (
	"testing"
	"time"
)

func TestSenderRefused(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		batches []int
		want    bool
	}{
		"five of one batch":               {[]int{7, 7, 7, 7, 7}, true},
		"four":                            {[]int{7, 7, 7, 7}, false},
		"five of two hundred":             {[]int{7, 8, 9, 10, 10}, true},
		"five of two hundred and fifty":   {[]int{7, 8, 9, 10, 11}, false},
		"out of order":                    {[]int{10, 7, 9, 7, 8}, true},
		"one of every two hundred":        {[]int{0, 4, 8, 12, 16, 20, 24, 28}, false},
		"many thin ones and then a block": {[]int{0, 4, 8, 12, 40, 40, 41, 41, 41}, true},
		"without a place":                 {[]int{0, 0, 0, 0, 0}, true},
		"none":                            {nil, false},
	} {
		var all []SenderRefusal
		for _, n := range tt.batches {
			all = append(all, SenderRefusal{n, noon})
		}
		if got := SenderRefused(all, time.Time{}); got != tt.want {
			t.Errorf("%s: %v, want %v", name, got, tt.want)
		}
		if SenderRefused(all, noon.Add(time.Second)) {
			t.Errorf("%s: refusals from before the campaign was resumed count", name)
		}
	}
	for tag, want := range map[string]int{"00000012": 12, "00000012-1": 12, "00000012-1-1": 12, "": 0, "x": 0, "-1": 0} {
		if got := BatchPlace(tag); got != want {
			t.Errorf("%q is at %d, want %d", tag, got, want)
		}
	}
	if tag := BatchTag("00000012.1"); tag != "00000012-1" {
		t.Error(tag)
	}
}
