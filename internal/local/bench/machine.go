package bench

import (
	"bufio"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
)

// Machine is what the figures depend on, in general terms: nothing of it tells whose machine it is.
type Machine struct {
	CPU    string // model; "" where it is not known
	Cores  int
	Memory int64 // bytes; 0 where it is not known
	System string
	Go     string
}

// ThisMachine describes the machine that this program runs on.
func ThisMachine() Machine {
	return Machine{
		CPU: field("/proc/cpuinfo", "model name"), Cores: runtime.NumCPU(), Memory: kilobytes("/proc/meminfo", "MemTotal"),
		System: runtime.GOOS + "/" + runtime.GOARCH, Go: runtime.Version(),
	}
}

func (m Machine) String() string {
	cpu := m.CPU
	if cpu == "" {
		cpu = "a processor of unknown model"
	}
	memory := ""
	if m.Memory > 0 {
		memory = fmt.Sprintf(", %.0f GB of memory", float64(m.Memory)/(1<<30))
	}
	return fmt.Sprintf("%s, %d cores%s, %s, %s", cpu, m.Cores, memory, m.System, m.Go)
}

// field reads a value of a "name: value" file of Linux; "" where there is none.
func field(path, name string) string {
	f, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if key, value, ok := strings.Cut(lines.Text(), ":"); ok && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// kilobytes reads a value such as "MemTotal: 123 kB" in bytes; 0 where there is none.
func kilobytes(path, name string) int64 {
	n, err := strconv.ParseInt(strings.TrimSuffix(field(path, name), " kB"), 10, 64)
	if err != nil {
		return 0
	}
	return n << 10
}
