package main

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/primum-cds/primum/hooks/server"
)

const replayAbout = `Asks rules once more what a server was asked, and prints where they say something else than its decision log LOG. The
requests come from the server's archive or, for the line that has its digest, from --request.`

func (c *command) replay(args []string) error {
	f := c.flags("replay", "[flags] LOG", replayAbout)
	var s serving
	f.StringVar(&s.config, "config", "", "the server file: `FILE` with the rules, services, key and archive of the server")
	archive := f.String("archive", "", "the archive: a `DIR`; without it, the server file's")
	request := f.String("request", "", "the body of one request, a `FILE`")
	f.Func("rules", "rules in `DIR` or file, in place of those of the server file; \"embedded\" are the packs that ship; may be repeated", func(path string) error {
		s.rules = append(s.rules, path)
		return nil
	})
	rest, err := parse(f, args)
	switch {
	case err != nil:
		return err
	case len(rest) != 1:
		return usageError{fmt.Sprintf("expected one LOG, the decision log of a server, found %d", len(rest)), "replay"}
	}
	if err := s.readConfig(); err != nil {
		return err
	}
	if *archive != "" {
		s.Archive = *archive
	}
	r, err := c.newReplay(&s, *request)
	if err != nil {
		return err
	}
	defer r.Close()
	return r.log(rest[0])
}

// A replay asks what a server was asked.
type replay struct {
	*command
	*server.Replayer
	archive string
	body    []byte // of one request; nil: those of the archive
	digest  string // of body

	same, different, missing int
}

func (c *command) newReplay(s *serving, request string) (*replay, error) {
	r := &replay{command: c, archive: s.Archive}
	if request != "" {
		body, err := c.file(request)
		if err != nil {
			return nil, err
		}
		sum := sha256.Sum256(body)
		r.body, r.digest = body, hex.EncodeToString(sum[:])
	} else if r.archive == "" {
		return nil, usageError{"expected --archive DIR, --request FILE, or a server file with an archive", "replay"}
	}
	config := server.Config{Rules: s.ruleSource(), Hooks: s.hooks()}
	var err error
	if config.Hooks.HashKey, err = s.key(); err != nil {
		return nil, err
	}
	if err := s.reach(&config); err != nil {
		return nil, err
	}
	r.Replayer, err = server.NewReplayer(c.ctx, config)
	return r, err
}

// log replays each line of a decision log.
func (r *replay) log(name string) error {
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	lines := bufio.NewReader(file)
	var other int
	for n := 1; ; n++ {
		line, err := lines.ReadBytes('\n')
		if len(bytes.TrimSpace(line)) > 0 {
			var d server.Decision
			if wrong := json.Unmarshal(line, &d); wrong != nil {
				return fmt.Errorf("%s:%d: this is no line of a decision log", name, n)
			}
			if d.Rules != r.Digest() {
				other++
			}
			if wrong := r.line(fmt.Sprintf("%s:%d", name, n), &d); wrong != nil {
				return wrong
			}
		}
		if errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return err
		}
	}
	fmt.Fprintf(r.out, "%d as they were, %d different, %d that could not be replayed\n", r.same, r.different, r.missing)
	if other > 0 {
		fmt.Fprintf(r.out, "%s made with other rules than %s\n", count(other, "decision"), r.Digest())
	}
	if r.different > 0 {
		return errMistakes
	}
	return nil
}

// line replays one call, if its request is there.
func (r *replay) line(at string, d *server.Decision) error {
	request, err := r.request(d)
	if err != nil {
		return fmt.Errorf("%s: %w", at, err)
	}
	if request == nil || d.Status != 200 && d.Status != 412 { // others were not decided
		r.missing++
		return nil
	}
	found, err := r.Replay(r.ctx, d, request)
	if err != nil {
		return fmt.Errorf("%s: %w", at, err)
	}
	if len(found) == 0 {
		r.same++
		return nil
	}
	r.different++
	fmt.Fprintf(r.out, "%s: %s, %s\n", at, d.Service, d.Time.Format("2006-01-02T15:04:05.000Z07:00"))
	for _, f := range found {
		if f.Then != "" {
			fmt.Fprintf(r.out, "  then: %s\n", f.Then)
		} else {
			fmt.Fprintf(r.out, "  now:  %s\n", f.Now)
		}
	}
	return nil
}

// request returns what was asked; nil if it was not kept.
func (r *replay) request(d *server.Decision) (*server.Archived, error) {
	if r.body != nil {
		if d.Request != r.digest {
			return nil, nil
		}
		return &server.Archived{Request: r.body}, nil
	}
	if d.Archive == "" {
		return nil, nil
	}
	request, err := server.ReadArchived(r.archive, d.Archive)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	return request, err
}
