package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/primum-cds/primum/cds"
	"github.com/primum-cds/primum/hooks"
)

// A patient is one file, read for an engine, with what is to be asked of it.
type patient struct {
	name    string
	record  *cds.Record
	review  cds.Review
	notices []cds.Notice // about the request

	isRequest bool
}

// patient reads a file: FHIR, or a CDS Hooks request.
func (c *command) patient(k *knowledge, q *question, name string, now time.Time) (*patient, error) {
	data, err := c.file(name)
	if err != nil {
		return nil, err
	}
	if name == stdin {
		name = "standard input"
	}
	p := &patient{name: name, isRequest: hooks.IsRequest(data)}
	if p.isRequest {
		err = p.request(k.engine, data, now)
	} else {
		err = p.resources(k.engine, data, now)
	}
	if err != nil {
		return nil, err
	}
	if q.hook != "" {
		p.review.Hook = q.hook
	}
	return p, nil
}

func (p *patient) request(engine *cds.Engine, data []byte, now time.Time) error {
	request, err := hooks.DecodeFor(engine, data)
	if err != nil {
		return fmt.Errorf("%s: this CDS Hooks request cannot be read: %w", p.name, err)
	}
	p.notices = request.Warnings
	p.review = request.Review(now)
	if p.record, err = engine.ReadPatient(request.PatientID, request.Inputs()...); err != nil {
		return fmt.Errorf("%s: %w", p.name, err)
	}
	return nil
}

func (p *patient) resources(engine *cds.Engine, data []byte, now time.Time) (err error) {
	p.review = cds.Review{Now: now}
	if p.record, err = engine.Read(cds.Input{Name: p.name, JSON: data}); err != nil {
		return fmt.Errorf("%w (expected FHIR R4 JSON or a CDS Hooks request)", err)
	}
	return nil
}

const stdin = "-"

// file returns the content of a file.
func (c *command) file(name string) ([]byte, error) {
	if name == stdin {
		data, err := io.ReadAll(c.in)
		if err != nil {
			return nil, fmt.Errorf("standard input: %w", err)
		}
		return data, nil
	}
	return os.ReadFile(name)
}
