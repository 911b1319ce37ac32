package door

import (
	"onetap/internal/contacts"
)

// TotalView counts everything so far.
type TotalView struct {
	New       int `json:"new"`
	Changed   int `json:"changed"`
	Unchanged int `json:"unchanged"`
	Refused   int `json:"refused"`
}

func TotalOf(o contacts.Outcome) TotalView {
	return TotalView{o.Total.New, o.Total.Changed, o.Total.Unchanged, o.Quality.Refused}
}
