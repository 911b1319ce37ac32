package door

import "testing"

func TestObjectsOfAnswers(t *testing.T) {
	t.Parallel()
	for _, want := range [][3]string{
		{"/staff/x?done=y", "staff", "x"},
		{"/api/v1/campaigns/c", "campaigns", "c"},
		{"/campaigns/c/edit", "campaigns", ""},
		{"/contacts/segments", "audiences.columns", ""},
		{"", "staff", ""},
		{"/settings?done=x", "settings", ""},
	} {
		if got := madeAt(want[0], want[1]); got != want[2] {
			t.Errorf("%s of %s is %q, want %q", want[0], want[1], got, want[2])
		}
	}
}
