package mail_test

import (
	"testing"
	"time"

	"onetap/internal/lang"
	"onetap/internal/mail"
)

func TestWeekly(t *testing.T) {
	t.Parallel()
	of := func(code, level string) mail.WeeklyData {
		return mail.WeeklyData{
			From: "Shop <nps@example.com>", To: "vera@example.com", Language: code, Level: level, Week: time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC), Tags: map[string]string{"kind": "weekly"},
			Opened: 1240, Before: 1101, InTime: 900, Decided: 1000, Share: 90, Low: 87.97, High: 91.71, Spoken: 940, Hours: 24, MaxHours: 336, Kept: 41, Answered: 50,
			Open: 321, Old: 12, Overdue: 31, DueToday: 8, Broke: 2, Owed: 21, BoardURL: "https://desk.example.com/cases", RunURL: "https://desk.example.com/cases/run",
		}
	}
	for _, l := range lang.All() {
		code := string(l)
		all := of(code, "executive")
		few := mail.WeeklyData{From: all.From, To: all.To, Language: code, Level: "owner", Week: all.Week.AddDate(0, 0, 7), Opened: 1, Before: 0, InTime: 1, Decided: 2, Spoken: 2, Hours: 0, MaxHours: 336, Open: 1}
		for name, w := range map[string]mail.WeeklyData{"weekly-executive-": all, "weekly-manager-": of(code, "manager"), "weekly-owner-": few} {
			m, err := mail.Weekly(w)
			if err != nil {
				t.Fatal(err)
			}
			golden(t, name+code, m)
		}
	}
	if _, err := mail.Weekly(mail.WeeklyData{To: "nobody"}); err == nil {
		t.Error("a letter to no address")
	}
}
