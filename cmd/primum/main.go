// Command primum reviews FHIR data with clinical rules, and checks, tests and explains the rules.
package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// What the command ends with.
const (
	fine     = 0 // also when there are findings
	mistakes = 1 // in rule files, or tests that failed
	stopped  = 2 // it could not run
)

const usage = `Primum reviews FHIR R4 data with clinical rules.

    primum eval     [flags] FILE…            review a Bundle or answer a CDS Hooks request ("-" is standard input)
    primum check    PATH…                    find mistakes in rule files
    primum test     PATH…                    run the *_test.yaml beside the rules
    primum explain  --rule ID [flags] FILE   say why a rule held, did not, or could not be decided
    primum serve    [--config FILE] [flags]  the CDS Hooks service
    primum replay   [--config FILE] LOG      ask again what a server was asked, and compare
    primum import   NAME SOURCE --out FILE   read RxNorm, SNOMED CT, LOINC, ICD-10-CM or FHIR into a terminology file
    primum feedback [--store STORE] [flags]  how many cards were shown, accepted, overridden and why, by rule
    primum version                           what this is and which rules are embedded

"primum COMMAND --help" lists the flags of a command.
Exit codes: 0 fine, findings or not; 1 mistakes were found or tests failed; 2 it could not run.
`

// A command is one run of the program: its streams.
type command struct {
	ctx    context.Context
	in     io.Reader
	out    *bufio.Writer
	errors io.Writer

	printed bool // a report in text, which another is set off from
}

// run does what args say and returns the exit code.
func run(ctx context.Context, args []string, in io.Reader, out, errors io.Writer) int {
	c := &command{ctx: ctx, in: in, out: bufio.NewWriter(out), errors: errors}
	code := c.report(c.dispatch(args))
	if err := c.out.Flush(); err != nil {
		fmt.Fprintf(errors, "primum: standard output: %v\n", err)
		return stopped
	}
	return code
}

func (c *command) dispatch(args []string) error {
	commands := map[string]func([]string) error{
		"eval": c.eval, "check": c.check, "test": c.test, "explain": c.explain, "version": c.version,
		"import": c.importRelease, "feedback": c.feedback, "serve": c.serve, "replay": c.replay,
	}
	if len(args) == 0 {
		return c.help()
	}
	switch name := args[0]; {
	case commands[name] != nil:
		return commands[name](args[1:])
	case name == "help" || name == "-h" || name == "-help" || name == "--help":
		return c.help()
	default:
		return usageError{fmt.Sprintf("there is no command %q: expected eval, check, test, explain, serve, replay, import, feedback or version", name), ""}
	}
}

func (c *command) help() error {
	_, err := c.out.WriteString(usage)
	return err
}

// errMistakes ends a command that has printed what is wrong with the rules.
var errMistakes = errors.New("mistakes were found")

// errReported ends a command that has already said why it could not do all it was asked.
var errReported = errors.New("reported")

// A usageError says that the command was called in a way it does not understand.
type usageError struct{ message, command string }

func (e usageError) Error() string { return e.message }

// report prints what ended a command and returns the exit code for it.
func (c *command) report(err error) int {
	var wrong usageError
	var path *fs.PathError
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
		return fine
	case errors.Is(err, errMistakes):
		return mistakes
	case errors.Is(err, errReported):
	case errors.As(err, &wrong):
		fmt.Fprintf(c.errors, "primum: %v\nRun \"%s\" for usage.\n", err, joined(" ", "primum", wrong.command, "--help"))
	case errors.As(err, &path) && errors.Is(err, fs.ErrNotExist):
		fmt.Fprintf(c.errors, "primum: there is no file or folder %s\n", path.Path)
	case errors.As(err, &path):
		fmt.Fprintf(c.errors, "primum: %s: %v\n", path.Path, path.Err)
	default:
		fmt.Fprintf(c.errors, "primum: %v\n", err)
	}
	return stopped
}
