package ses

import (
	"iter"
	"strings"
)

const simulatorDomain = "simulator.amazonses.com"

// outcomeOf decides what becomes of a bare address: see the package comment for the ones that behave.
func outcomeOf(addr string, list *suppressionList) outcome {
	at := strings.LastIndexByte(addr, '@')
	local, domain := addr[:at], addr[at+1:]
	if strings.EqualFold(domain, simulatorDomain) {
		name, _, _ := strings.Cut(strings.ToLower(local), "+")
		switch name {
		case "bounce":
			return simulatedBounce
		case "complaint":
			return simulatedComplain
		case "suppressionlist":
			return suppressedForAll
		case "success", "ooto":
			return delivered
		}
		return simulatedBounce // SES's simulator knows no other mailbox
	}
	if _, on := list.get(addr); on {
		return suppressed
	}
	for label := range labelsOf(local) {
		if o, ok := labelled[label]; ok {
			return o
		}
	}
	return delivered
}

// labelled are the labels of a local part that make an address behave.
var labelled = map[string]outcome{
	"bounce": bounced, "softbounce": softBounced, "complaint": complained, "suppressed": suppressed, "reject": rejected, "slow": slow,
	"blocked": blocked, "full": mailboxFull, "gone": goneForGood, "forwarded": forwarded, "redacted": redacted, "notspam": notSpam,
}

// labelsOf goes through what follows each + of a local part, in lower case.
func labelsOf(local string) iter.Seq[string] {
	return func(yield func(string) bool) {
		_, labels, _ := strings.Cut(local, "+")
		for labels != "" {
			var label string
			label, labels, _ = strings.Cut(labels, "+")
			if !yield(strings.ToLower(label)) {
				return
			}
		}
	}
}

// malformed is the label of an address for which SES refuses the whole call, as it does for some that it cannot read.
const malformed = "malformed"

// refusesCall reports whether an entry of a bulk call makes SES refuse all of it.
func refusesCall(d destination) bool {
	for _, a := range d.To {
		bare, err := address(a)
		if err != nil {
			continue
		}
		for label := range labelsOf(bare[:strings.LastIndexByte(bare, '@')]) {
			if label == malformed {
				return true
			}
		}
	}
	return false
}
