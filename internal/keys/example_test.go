package keys_test

import (
	"fmt"
	"strings"

	"onetap/internal/keys"
)

// The token of a letter's link is made for one contact of one campaign, and read back when the link is followed.
func ExampleKeys_Make() {
	k, err := keys.NewKeys("a master key of 32 characters or more", 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	sent := keys.Token{Campaign: keys.NewCampaignID([5]byte{1, 2, 3, 4, 5}), Contact: k.ContactID("customers", "anna@example.com")}
	token := k.Make(sent)
	fmt.Println(len(token), "characters, the address among them:", strings.Contains(token, "anna"))

	read, err := k.Check(token)
	fmt.Println("the same campaign and contact:", read == sent, err)

	_, err = k.Check(strings.Repeat("a", len(token)))
	fmt.Println("a made-up token:", err)
	// Output:
	// 32 characters, the address among them: false
	// the same campaign and contact: true <nil>
	// a made-up token: link is not signed by this deployment
}
