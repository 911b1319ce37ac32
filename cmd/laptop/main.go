// Command laptop runs Onetap on this machine: the functions of template.yaml, a table, an inbox, and nothing of AWS.
//
//	laptop run    site, inbox and AWS endpoint until Ctrl-C
package main

import (
	"fmt"
	"os"
	"runtime/debug"
)

// commands are what the program can do; each returns the exit code.
var commands = map[string]func(args []string) int{
	"run":   run,
	"demo":  demo,
	"bench": benchmarks,
	"chaos": chaosRuns,
	"cost":  costs,

	"replay": replayLetters,
	"themes": measureThemes,
}

func main() {
	// The stand-ins of AWS make much garbage and keep little. With GOGC in the environment that stands.
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(400)
	}
	name, args := "run", os.Args[1:]
	if len(args) > 0 && args[0] != "" && args[0][0] != '-' {
		name, args = args[0], args[1:]
	}
	command, ok := commands[name]
	if !ok {
		fmt.Fprintf(os.Stderr, "laptop: there is no command %q\n", name)
		os.Exit(2)
	}
	os.Exit(command(args))
}
