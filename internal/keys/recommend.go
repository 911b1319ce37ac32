package keys

import (
	"errors"
	"strings"

	"onetap/internal/survey"
)

const (
	recommends    = "recommend"
	campaignChars = 8
	contactChars  = 16
)

// MakeRecommend is the link that a promoter hands on. Whoever has it can answer no survey by it, and cannot tell whose it is.
func (k *Keys) MakeRecommend(t Token) string {
	return k.Conceal(recommends, string(t.Campaign)+string(t.Contact))
}

// CheckRecommend reads such a link.
func (k *Keys) CheckRecommend(s string) (Token, error) {
	text, ok := k.Reveal(recommends, s)
	if !ok || len(text) != campaignChars+contactChars {
		return Token{}, errors.New("link: not one that a promoter hands on")
	}
	return Token{Campaign: survey.CampaignID(text[:campaignChars]), Contact: survey.ContactID(text[campaignChars:])}, nil
}

// LeadName names what a newcomer leaves by a link with a form: the same form sent twice is one.
func (k *Keys) LeadName(link, form string) string {
	return strings.ReplaceAll(k.Pseudonym("lead", link+" "+form), "-", "")
}

// Network stands for the network of an address from which strangers come, for an hour: nobody without the key can tell it from the address.
func (k *Keys) Network(address string) string {
	return strings.ReplaceAll(k.Pseudonym("network", address), "-", "")
}
