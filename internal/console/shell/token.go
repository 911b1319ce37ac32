package shell

// Pick is one option of a select, or one box to check.
type Pick struct {
	Value, Label string
	On           bool
}
