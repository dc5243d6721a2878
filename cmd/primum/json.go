package main

import (
	"encoding/json"

	"github.com/primum-cds/primum/cds"
)

// json prints a report on one line.
func (c *command) json(report *cds.Report) error {
	line, err := json.Marshal(report)
	if err != nil {
		return err
	}
	_, err = c.out.Write(append(line, '\n'))
	return err
}
