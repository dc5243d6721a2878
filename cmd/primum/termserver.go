package main

import (
	"context"
	"errors"
	"strings"

	"github.com/primum-cds/primum/cds/terminology"
	"github.com/primum-cds/primum/cds/terminology/server"
)

// isServer reports whether a PATH of --terminology is the base URL of a terminology server.
func isServer(path string) bool {
	return strings.HasPrefix(path, "http://") || strings.HasPrefix(path, "https://")
}

// A served is a library with a terminology server behind it, which is asked for what the library lacks.
type served struct {
	*terminology.Library
	client *server.Client
}

// ValueSet implements cds.CodeSource.
func (s served) ValueSet(ctx context.Context, url string) ([]terminology.Code, error) {
	codes, err := s.Library.ValueSet(ctx, url)
	if lacking(err) {
		return s.client.ValueSet(ctx, url)
	}
	return codes, err
}

// Descendants implements cds.CodeSource.
func (s served) Descendants(ctx context.Context, code terminology.Code) ([]terminology.Code, error) {
	codes, err := s.Library.Descendants(ctx, code)
	if lacking(err) {
		return s.client.Descendants(ctx, code)
	}
	return codes, err
}

func lacking(err error) bool {
	var missing *terminology.NotLoadedError
	return errors.As(err, &missing)
}
