package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// versionCommand prints what was built.
type versionCommand struct{}

// Run prints one line: version, commit, Go.
func (versionCommand) Run(c console) error {
	version, commit := "devel", "unknown"
	if info, ok := debug.ReadBuildInfo(); ok {
		if info.Main.Version != "" && info.Main.Version != "(devel)" {
			version = info.Main.Version
		}
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				commit = s.Value
			}
		}
	}
	_, err := fmt.Fprintf(c.out, "hindsight %s (commit %s, %s)\n", version, commit, runtime.Version())
	return err
}
