package shell

// Tab is one of the parts of the settings.
type Tab struct {
	Href, Label string
	Here        bool
}
