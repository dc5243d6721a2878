package server

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestEqualQuestionsAtOnceAreOneRequest(t *testing.T) {
	const askers = 20
	f := newFake(t, nil)
	var c *Client
	f.answer(func(w http.ResponseWriter, r *http.Request) {
		for waiting(c) < askers {
			time.Sleep(time.Millisecond)
		}
		fhir(expansionOf("", "5640"))(w, r)
	})
	c = f.client(t)
	var wg sync.WaitGroup
	for range askers {
		wg.Go(func() {
			codes, err := c.ValueSet(t.Context(), valueSetURL)
			if err != nil || len(codes) != 1 {
				t.Error(codes, err)
			}
			codes[0].Code = "mine" // what is returned belongs to the caller
		})
	}
	wg.Wait()
	require.EqualValues(t, 1, f.requests.Load())
	codes, err := c.ValueSet(t.Context(), valueSetURL)
	require.NoError(t, err)
	require.Equal(t, rx("5640"), codes)
}

func waiting(c *Client) int {
	c.expansions.mu.Lock()
	defer c.expansions.mu.Unlock()
	n := 0
	for _, in := range c.expansions.open {
		n += in.waiting
	}
	return n
}

func TestOneWhoLeavesDoesNotDisturbTheOthers(t *testing.T) {
	f := newFake(t, nil)
	arrived, release, left := make(chan bool), make(chan bool), make(chan error)
	f.answer(func(w http.ResponseWriter, r *http.Request) {
		arrived <- true
		select {
		case <-release:
			fhir(expansionOf("", "5640"))(w, r)
		case <-r.Context().Done():
			left <- r.Context().Err()
		}
	})
	c := f.client(t)
	impatient, leave := context.WithCancel(t.Context())
	first, second := make(chan error), make(chan error)
	go func() { _, err := c.ValueSet(impatient, valueSetURL); first <- err }()
	<-arrived
	go func() { _, err := c.ValueSet(t.Context(), valueSetURL); second <- err }()
	for waiting(c) < 2 {
		time.Sleep(time.Millisecond)
	}
	leave()
	require.ErrorIs(t, <-first, context.Canceled)
	release <- true
	require.NoError(t, <-second)

	// Where nobody waits any more, the request ends.
	alone, leave := context.WithCancel(t.Context())
	go func() { _, err := c.Lookup(alone, aspirin); first <- err }()
	<-arrived
	leave()
	require.ErrorIs(t, <-first, context.Canceled)
	require.ErrorIs(t, <-left, context.Canceled)
}

func TestConcurrencyIsBounded(t *testing.T) {
	var now, most atomic.Int64
	f := newFake(t, func(w http.ResponseWriter, r *http.Request) {
		n := now.Add(1)
		defer now.Add(-1)
		for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
		}
		time.Sleep(2 * time.Millisecond)
		fhir(expansionOf("", "5640"))(w, r)
	})
	c := f.client(t, WithConcurrency(3))
	var wg sync.WaitGroup
	for i := range 30 {
		wg.Go(func() {
			if _, err := c.ValueSet(t.Context(), fmt.Sprint(valueSetURL, i)); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	require.EqualValues(t, 30, f.requests.Load())
	require.LessOrEqual(t, most.Load(), int64(3))
	require.Greater(t, most.Load(), int64(1))
}

func TestNoSlotInTime(t *testing.T) {
	f := newFake(t, func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	c := f.client(t, WithConcurrency(1))
	ctx, cancel := context.WithCancel(t.Context())
	go c.Lookup(ctx, aspirin)
	for len(c.slots) == 0 {
		time.Sleep(time.Millisecond)
	}
	second, end := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer end()
	_, err := c.ValueSet(second, valueSetURL)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.EqualValues(t, 1, f.requests.Load())
	cancel()
}

func TestHowLongAnswersAreRemembered(t *testing.T) {
	for _, test := range []struct {
		name     string
		handler  http.HandlerFunc
		ask      func(*Client) error
		lifetime time.Duration
	}{
		{"an expansion", fhir(expansionOf("", "5640")), func(c *Client) error {
			_, err := c.ValueSet(t.Context(), valueSetURL)
			return err
		}, fresh},
		{"a refusal", refuses(404, "not-found", "unknown"), func(c *Client) error {
			_, err := c.ValueSet(t.Context(), valueSetURL)
			return err
		}, negative},
		{"a failure", refuses(500, "exception", "broken"), func(c *Client) error {
			_, err := c.ValueSet(t.Context(), valueSetURL)
			return err
		}, 0},
		{"valid", fhir(`{"resourceType":"Parameters","parameter":[{"name":"result","valueBoolean":true}]}`), func(c *Client) error {
			_, err := c.ValidateCode(t.Context(), valueSetURL, aspirin)
			return err
		}, fresh},
		{"not valid", fhir(`{"resourceType":"Parameters","parameter":[{"name":"result","valueBoolean":false}]}`), func(c *Client) error {
			_, err := c.ValidateCode(t.Context(), valueSetURL, aspirin)
			return err
		}, negative},
		{"not subsumed", fhir(`{"resourceType":"Parameters","parameter":[{"name":"outcome","valueCode":"not-subsumed"}]}`), func(c *Client) error {
			_, err := c.Subsumes(t.Context(), aspirin, aspirin)
			return err
		}, negative},
		{"not translated", fhir(`{"resourceType":"Parameters","parameter":[{"name":"result","valueBoolean":false}]}`), func(c *Client) error {
			_, err := c.Translate(t.Context(), aspirin, "", "")
			return err
		}, negative},
		{"a concept", fhir(`{"resourceType":"Parameters","parameter":[{"name":"display","valueString":"aspirin"}]}`), func(c *Client) error {
			_, err := c.Lookup(t.Context(), aspirin)
			return err
		}, fresh},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := newFake(t, test.handler)
			c := f.client(t)
			first := test.ask(c)
			if test.lifetime > 0 {
				f.pass(test.lifetime - time.Second)
				require.Equal(t, first, test.ask(c))
				require.EqualValues(t, 1, f.requests.Load())
			}
			f.pass(time.Second)
			require.Equal(t, first, test.ask(c))
			require.EqualValues(t, 2, f.requests.Load())
		})
	}
}
