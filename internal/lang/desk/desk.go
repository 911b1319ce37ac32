// Package desk holds the strings that only the desk, its API and the laptop's own pages show: what imports it has them. The functions
// that answer respondents and write letters carry the strings beside package lang alone, which are a sixth of all.
package desk

import (
	"embed"

	"onetap/internal/lang"
)

//go:embed *.json
var files embed.FS

func init() { lang.Add(files) }
