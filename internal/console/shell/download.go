package shell

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"onetap/internal/exports"
)

// FieldsOf are the values of a filter as the fields of DownloadAs.
func FieldsOf(q url.Values) []Option {
	var fields []Option
	for name, values := range q {
		for _, v := range values {
			fields = append(fields, Option{Value: name, Label: v})
		}
	}
	slices.SortFunc(fields, func(a, b Option) int { return strings.Compare(a.Value+a.Label, b.Value+b.Label) })
	return fields
}

// Hand sends a page's file, or leads to the page of downloads, where a large one is written.
func (d *Shell) Hand(w http.ResponseWriter, r *http.Request, ask exports.Ask) error {
	sent, _, err := d.Download(w, r, ask)
	if err == nil && !sent {
		http.Redirect(w, r, "/downloads?done=export", http.StatusSeeOther)
	}
	return err
}
