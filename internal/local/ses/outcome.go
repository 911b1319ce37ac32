package ses

import "strings"

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
	_, labels, _ := strings.Cut(local, "+")
	for labels != "" {
		var label string
		label, labels, _ = strings.Cut(labels, "+")
		switch strings.ToLower(label) {
		case "bounce":
			return bounced
		case "softbounce":
			return softBounced
		case "complaint":
			return complained
		case "suppressed":
			return suppressed
		case "reject":
			return rejected
		case "slow":
			return slow
		}
	}
	return delivered
}
