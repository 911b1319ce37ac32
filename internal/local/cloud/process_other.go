//go:build unix && !linux

package cloud

import "syscall"

// procAttr puts a child into a process group of its own (Ctrl-C reaches the laptop only, which then ends the group). If
// the laptop itself is killed, a child ends when its Runtime API stops to answer.
func procAttr() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

// residentBytes is not known here: the memory limit of the template is kept on Linux only.
func residentBytes(int) (int64, bool) { return 0, false }

func stopped(int) bool { return true }
