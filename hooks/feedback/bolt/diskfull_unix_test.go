//go:build unix

package bolt

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

// fillUp records feedback until there is no room for more, three times, and prints the card of each report
// that was acknowledged. In place of a full disk stands the limit on the size of a file.
func fillUp(path, name string) error {
	signal.Ignore(syscall.SIGXFSZ)
	ctx := context.Background()
	s, err := Open(ctx, path)
	if err != nil {
		return err
	}
	for full := range 3 {
		if err := limit(path, 64<<10); err != nil {
			return err
		}
		refused := 0
		for i := 0; refused < 10; i++ {
			if i > 100_000 {
				return errors.New("the limit has no effect")
			}
			card := fmt.Sprintf("%s-%d-%d", name, full, i)
			if err := record(ctx, s, card); err != nil {
				refused++
				continue
			}
			fmt.Println(card)
		}
		if err := unlimit(); err != nil {
			return err
		}
		card := fmt.Sprintf("%s-after-%d", name, full)
		if err := record(ctx, s, card); err != nil {
			return fmt.Errorf("with room again: %w", err)
		}
		fmt.Println(card)
	}
	return s.Close()
}

// limit lets a file grow by so many bytes.
func limit(path string, more int64) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	return setLimit(func(l *syscall.Rlimit) { l.Cur = min(uint64(info.Size()+more), l.Max) })
}

func unlimit() error { return setLimit(func(l *syscall.Rlimit) { l.Cur = l.Max }) }

func setLimit(change func(*syscall.Rlimit)) error {
	var l syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &l); err != nil {
		return err
	}
	change(&l)
	return syscall.Setrlimit(syscall.RLIMIT_FSIZE, &l)
}
