//go:build unix

package wiki

import (
	"os/exec"
	"syscall"
)

// killWithChildren makes the end of the context end git's children too: git
// leaves the network to git-remote-https, which would hang on alone.
func killWithChildren(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}
