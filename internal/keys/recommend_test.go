package keys

import "testing"

// The link that a promoter hands on is no survey's link, says nothing of whose it is, and cannot be made or changed by anybody else.
func TestRecommendLink(t *testing.T) {
	t.Parallel()
	k := keys(t, 1)
	of := sample(k)
	of.Test = false
	link := k.MakeRecommend(of)
	got, err := k.CheckRecommend(link)
	if err != nil || got.Campaign != of.Campaign || got.Contact != of.Contact {
		t.Fatalf("%+v, %v", got, err)
	}
	if _, err := k.Check(link); err == nil {
		t.Error("it answers a survey")
	}
	if _, err := k.CheckRecommend(k.Make(of)); err == nil {
		t.Error("a survey's link is one")
	}
	for i := range link {
		other := []byte(link)
		other[i]++
		if _, err := k.CheckRecommend(string(other)); err == nil {
			t.Errorf("changed at %d it is good", i)
		}
	}
	if a, b := k.LeadName(link, "a"), k.LeadName(link, "b"); a == b || a != k.LeadName(link, "a") || len(a) != 12 {
		t.Errorf("%s, %s", a, b)
	}
}
