package survey

import (
	"testing"
	"time"
)

// A campaign halts where letters go out or may go out, and wherever it halted it can be resumed; the administrators are told
// once of each halt.
func TestHalt(t *testing.T) {
	t.Parallel()
	for _, state := range CampaignStates {
		c := Campaign{State: state, Launched: noon, Version: 3}
		halted, ok := c.Halt("ACCOUNT_SUSPENDED", noon)
		if want := state == Sending || state == Open; ok != want {
			t.Errorf("%s: halted %v, want %v", state, ok, want)
		}
		if !ok {
			if halted.State != state || halted.Stopped != "" || !halted.TellAt.IsZero() {
				t.Errorf("%s: changed without being halted: %+v", state, halted)
			}
			continue
		}
		if halted.State != Paused || halted.Stopped != "ACCOUNT_SUSPENDED" {
			t.Errorf("%s: %+v", state, halted)
		}
		if _, again := halted.Halt("OTHER", noon); again {
			t.Errorf("%s: halts twice", state)
		}
		taken, due := halted.ClaimNotice(noon)
		if _, twice := taken.ClaimNotice(noon.Add(59 * time.Minute)); !due || twice {
			t.Errorf("%s: told %v, and again within the hour %v", state, due, twice)
		}
		if _, due := taken.ClaimNotice(noon.Add(time.Hour)); !due {
			t.Errorf("%s: a letter that could not be sent is not sent later", state)
		}
		if _, due := taken.NoticeSent().ClaimNotice(noon.AddDate(1, 0, 0)); due {
			t.Errorf("%s: told again though they know", state)
		}
		resumed, err := halted.Resume(nil, noon.Add(time.Hour))
		if _, due := resumed.ClaimNotice(noon.AddDate(1, 0, 0)); err != nil || due || resumed.Stopped != "" || !resumed.Resumed.Equal(noon.Add(time.Hour)) {
			t.Errorf("%s: resumed as %+v, %v", state, resumed, err)
		}
	}
}

func TestStoppedBy(t *testing.T) {
	t.Parallel()
	for reason, want := range map[string]string{
		"ACCOUNT_SUSPENDED": "suspended", "AccountSuspendedException": "suspended", "ACCOUNT_SENDING_PAUSED": "paused", "SendingPausedException": "paused",
		"CONFIGURATION_SET_SENDING_PAUSED": "paused", StoppedDisabled: "paused", "MAIL_FROM_DOMAIN_NOT_VERIFIED": "sender", "MessageRejected": "sender", "SenderUnreadable": "sender", "AccessDeniedException": "sender",
		"BadRequestException": "other", StoppedWording + ": no text": "other", StoppedRefused + " 5.7.26": "refused", StoppedWithheld: "withheld", StoppedFew: "few", StoppedNear: "near", "": "other",
	} {
		if got := StoppedBy(reason); got != want {
			t.Errorf("%q is %s, want %s", reason, got, want)
		}
	}
}
