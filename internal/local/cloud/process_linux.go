package cloud

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
)

// procAttr puts a child into a process group of its own (Ctrl-C reaches the laptop only, which then ends the group) and
// has the kernel kill it when the laptop dies, however it dies.
func procAttr() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// residentBytes is what a process holds in memory now.
func residentBytes(pid int) (int64, bool) {
	data, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/statm")
	if err != nil {
		return 0, false
	}
	fields := bytes.Fields(data)
	if len(fields) < 2 {
		return 0, false
	}
	pages, err := strconv.ParseInt(string(fields[1]), 10, 64)
	return pages * int64(os.Getpagesize()), err == nil
}

// stopped tells whether every thread of a process stands still: the signal is sent to one of them, and until that one has
// had its turn on a busy machine the others go on.
func stopped(pid int) bool {
	threads, err := filepath.Glob("/proc/" + strconv.Itoa(pid) + "/task/[0-9]*/stat")
	if err != nil || len(threads) == 0 {
		return true // it is gone
	}
	for _, t := range threads {
		data, err := os.ReadFile(t)
		if err != nil {
			continue // the thread has ended
		}
		if state := bytes.TrimLeft(data[bytes.LastIndexByte(data, ')')+1:], " "); len(state) > 0 && state[0] != 'T' {
			return false
		}
	}
	return true
}
