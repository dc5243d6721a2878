package server

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
)

// redacted stands where an access token was.
const redacted = `:"[token]"`

var errNoJSON = errors.New("it is no JSON")

// withoutToken returns a body with the value of every access_token replaced, and else as it was, byte for byte.
func withoutToken(body []byte) ([]byte, error) {
	r := redactor{body: body, decoder: json.NewDecoder(bytes.NewReader(body))}
	r.decoder.UseNumber() // any number
	if err := r.value(); err != nil {
		return nil, errNoJSON
	}
	if _, err := r.decoder.Token(); err != io.EOF {
		return nil, errNoJSON
	}
	return append(r.out, body[r.done:]...), nil
}

type redactor struct {
	body    []byte
	decoder *json.Decoder
	out     []byte
	done    int64 // how much of the body is in out
}

// value passes over a value.
func (r *redactor) value() error {
	token, err := r.decoder.Token()
	if err != nil {
		return err
	}
	switch token {
	case json.Delim('{'):
		err = r.each(r.member)
	case json.Delim('['):
		err = r.each(r.value)
	}
	return err
}

// each passes over what is in an object or a list, and its end.
func (r *redactor) each(pass func() error) error {
	for r.decoder.More() {
		if err := pass(); err != nil {
			return err
		}
	}
	_, err := r.decoder.Token()
	return err
}

func (r *redactor) member() error {
	key, err := r.decoder.Token()
	if err != nil {
		return err
	}
	if name, ok := key.(string); ok && strings.EqualFold(name, "access_token") {
		return r.hide()
	}
	return r.value()
}

// hide leaves out the value of a member.
func (r *redactor) hide() error {
	from := r.decoder.InputOffset()
	var value json.RawMessage
	if err := r.decoder.Decode(&value); err != nil {
		return err
	}
	r.out = append(append(r.out, r.body[r.done:from]...), redacted...)
	r.done = r.decoder.InputOffset()
	return nil
}
