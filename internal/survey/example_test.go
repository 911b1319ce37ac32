package survey_test

import (
	"fmt"

	"onetap/internal/survey"
)

// A mailing to 1,000 contacts, 150 of whom planning left out; sending is on its way, and one contact unsubscribed before
// its turn came. Every contact stands in exactly one place.
func ExampleLedgerOf() {
	mailing := survey.Mailing{Audience: 1000, Invited: 850, Skipped: map[survey.SkipReason]int{survey.SkipQuiet: 120, survey.SkipUnsubscribed: 30}}
	ledger := survey.LedgerOf(mailing, survey.Counts{"sent": 600, "failed": 9, "bounced": 7, "uncertain": 50, "skip_unsubscribed": 1})
	fmt.Println("audience", ledger.Audience, "= invited", ledger.Invited, "+ quiet", ledger.Skipped[survey.SkipQuiet], "+ unsubscribed", ledger.Skipped[survey.SkipUnsubscribed])
	fmt.Println("invited", ledger.Invited, "= waiting", ledger.Waiting, "+ sent", ledger.Sent, "+ failed", ledger.Failed, "+ uncertain", ledger.Uncertain)
	fmt.Println("balanced:", ledger.Balanced())
	// Output:
	// audience 1000 = invited 849 + quiet 120 + unsubscribed 31
	// invited 849 = waiting 190 + sent 600 + failed 9 + uncertain 50
	// balanced: true
}
