package bench

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// used is what a function's processes that live now have used since they started. Known is false where the system does
// not tell.
type used struct {
	known  bool
	memory int64         // bytes: the most that any of them ever held
	cpu    time.Duration // of all of them
	by     map[string]time.Duration
}

// errEnded is what makes CPU time unknown: it went with the process that had it.
var errEnded = errors.New("a process of the function ended while it was measured")

// since is the CPU time that was used since before.
func (u used) since(before used) (time.Duration, error) {
	for process := range before.by {
		if _, lives := u.by[process]; !lives {
			return 0, errEnded
		}
	}
	return u.cpu - before.cpu, nil
}

// clockTick is the unit of /proc/<pid>/stat: the kernel shows times to programs in hundredths of a second.
const clockTick = 10 * time.Millisecond

// processes looks at the processes of a function's binary; only Linux tells.
func processes(binary string) (u used) {
	binary, err := filepath.EvalSymlinks(binary)
	if err != nil {
		return u
	}
	folders, _ := filepath.Glob("/proc/[0-9]*")
	for _, f := range folders {
		if exe, err := os.Readlink(f + "/exe"); err != nil || exe != binary || !child(f) {
			continue
		}
		u.known = true
		u.memory = max(u.memory, kilobytes(f+"/status", "VmHWM"))
		if u.by == nil {
			u.by = map[string]time.Duration{}
		}
		u.by[f] = fineTime(f)
		u.cpu += u.by[f]
	}
	return u
}

// fineTime is cpuTime in nanoseconds where the kernel tells, as the sum of what each thread has run. A thread that has ended
// takes its time along, which the process keeps.
func fineTime(folder string) (sum time.Duration) {
	whole := cpuTime(folder)
	threads, _ := filepath.Glob(folder + "/task/[0-9]*/schedstat")
	for _, t := range threads {
		data, err := os.ReadFile(t)
		if fields := bytes.Fields(data); err == nil && len(fields) == 3 {
			ns, _ := strconv.ParseInt(string(fields[0]), 10, 64)
			sum += time.Duration(ns)
		}
	}
	if sum < whole-2*clockTick {
		return whole
	}
	return sum
}

// child tells whether a process is ours: others may run the same binary.
func child(folder string) bool {
	parent, err := strconv.Atoi(field(folder+"/status", "PPid"))
	return err == nil && parent == os.Getpid()
}

// cpuTime is the user and system time of a process: fields 14 and 15 of proc_pid_stat(5). The second field is a name in
// parentheses and may hold anything.
func cpuTime(folder string) time.Duration { return statTime(folder, 11) }

// childTime is the same of the children that a process has waited for: fields 16 and 17.
func childTime(folder string) time.Duration { return statTime(folder, 13) }

func statTime(folder string, at int) time.Duration {
	data, err := os.ReadFile(folder + "/stat")
	if err != nil {
		return 0
	}
	fields := bytes.Fields(data[bytes.LastIndexByte(data, ')')+1:])
	if len(fields) < at+2 {
		return 0
	}
	user, _ := strconv.ParseInt(string(fields[at]), 10, 64)
	system, _ := strconv.ParseInt(string(fields[at+1]), 10, 64)
	return time.Duration(user+system) * clockTick
}

// family is the user and system time of this process and of all its children, those that live and those that were waited
// for; 0 where the system does not tell.
func family() time.Duration {
	sum := cpuTime("/proc/self") + childTime("/proc/self")
	folders, _ := filepath.Glob("/proc/[0-9]*")
	for _, f := range folders {
		if child(f) {
			sum += cpuTime(f)
		}
	}
	return sum
}
