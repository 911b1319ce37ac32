package shell

// Versions is a field that somebody else has changed while a form was open.
type Versions struct{ Field, Yours, Theirs string }
