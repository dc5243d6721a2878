package cds

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/primum-cds/primum/cds/internal/expr"
)

// A rendering fills the templates of one card. What goes wrong in a hole does not stop the card: it reads
// "not known", and the finding says so.
type rendering struct {
	vars     *expr.Vars
	problems []string
	memory   []byte // to write in
	prose    bool   // what is written is sentences, which begin with a capital letter
}

// text fills a template; escape is applied to what comes from data.
func (r *rendering) text(t *template, escape func(string) string) string {
	if text, ok := t.constant(); ok {
		return text
	}
	out := r.memory[:0]
	for _, p := range t.parts {
		if p.hole == nil {
			out = append(out, p.text...)
			continue
		}
		text, err := p.hole.Text(r.vars)
		if err != nil {
			r.problems = append(r.problems, fmt.Sprintf("{{ %s }}: %v", p.hole.Source(), err))
			text = "not known"
		}
		if r.prose && begins(out) {
			text = capital(text)
		}
		out = append(out, escape(text)...)
	}
	r.memory = out
	return string(out)
}

// sentences fills a template of prose.
func (r *rendering) sentences(t *template, escape func(string) string) string {
	r.prose = true
	defer func() { r.prose = false }()
	return r.text(t, escape)
}

// begins reports whether what is written next begins a sentence.
func begins(written []byte) bool {
	text := bytes.TrimRight(written, " \n")
	return len(text) == 0 || len(text) < len(written) && strings.IndexByte(".!?", text[len(text)-1]) >= 0
}

// capital returns a text whose first word begins with a capital letter, if all of that word is in small letters:
// "Metformin" for "metformin", but "eGFR", "pH" and "mg/d" as they are.
func capital(s string) string {
	word, _, _ := strings.Cut(s, " ")
	if word == "" || strings.ContainsFunc(strings.TrimRight(word, ",;:"), func(r rune) bool { return !unicode.IsLower(r) && r != '-' }) {
		return s
	}
	first, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(first)) + s[size:]
}

func verbatim(s string) string { return s }

// quotable writes a text as JSON has it within quotes.
func quotable(s string) string {
	out, err := json.Marshal(s)
	if err != nil {
		return ""
	}
	return string(out[1 : len(out)-1])
}

// escape is what an appContext does to what comes from data: nothing, unless it begins as JSON does.
func (t *template) escape() func(string) string {
	if len(t.parts) > 0 && strings.IndexAny(strings.TrimSpace(t.parts[0].text), "{[") == 0 {
		return quotable
	}
	return verbatim
}

// line makes a text one line, as a summary is.
func line(s string) string {
	if isLine(s) {
		return s
	}
	return strings.Join(strings.Fields(s), " ")
}

// isLine reports whether a text surely is one line of words with one space between them.
func isLine(s string) bool {
	space := true
	for i := range len(s) {
		switch c := s[i]; {
		case c > ' ' && c < utf8.RuneSelf:
			space = false
		case c == ' ' && !space:
			space = true
		case c <= ' ':
			return false
		case utf8.RuneStart(c):
			if r, _ := utf8.DecodeRuneInString(s[i:]); unicode.IsSpace(r) {
				return false
			}
			space = false
		}
	}
	return s == "" || !space
}

func shorten(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	runes := []rune(s)
	if len(runes) <= limit {
		return s
	}
	return strings.TrimRightFunc(string(runes[:limit-1]), unicode.IsSpace) + "…"
}

// What of a text at the start of a line would make it a list or a rule, or the line before it a heading.
var (
	listMark = regexp.MustCompile(`^[0-9]{1,9}[.)](\s|$)`)
	ruleMark = regexp.MustCompile(`^([-+](\s|$)|[-=]+$)`)
)

// Markdown returns a text, made one line, as GitHub-flavoured Markdown that reads as it stands.
func Markdown(s string) string { return markdown(s) }

// markdown escapes what GitHub-flavoured Markdown would take for markup, HTML and addresses.
func markdown(s string) string {
	s = line(s)
	if s == "" || strings.IndexByte("-+=0123456789", s[0]) < 0 {
		return escaped(s)
	}
	if mark := listMark.FindString(s); mark != "" {
		dot := strings.IndexAny(mark, ".)")
		return s[:dot] + "\\" + s[dot:dot+1] + escaped(s[dot+1:])
	}
	if ruleMark.MatchString(s) {
		return "\\" + escaped(s)
	}
	return escaped(s)
}

const markup = "\\`*_{}[]<>#|~!&@"

var addresses = strings.NewReplacer("://", ":\\//", "www.", "www\\.")

func escaped(s string) string {
	if !strings.ContainsAny(s, markup) {
		return addresses.Replace(s)
	}
	var b strings.Builder
	for _, r := range s {
		if strings.ContainsRune(markup, r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return addresses.Replace(b.String())
}

func (r *rendering) card(k *card) RenderedCard {
	out := RenderedCard{
		Indicator:   Indicator(strings.TrimSpace(r.text(k.indicator, verbatim))),
		Summary:     shorten(line(r.sentences(k.summary, verbatim)), maxSummary),
		Detail:      strings.TrimSpace(r.sentences(k.detail, markdown)),
		SourceLabel: line(r.text(k.sourceLabel, verbatim)),
		SourceURL:   r.text(k.sourceURL, verbatim),
		Override:    k.override,
		Unreviewed:  k.unreviewed,
	}
	if out.Unreviewed && out.SourceLabel != "" {
		out.SourceLabel += NotReviewed
	}
	for _, l := range k.links {
		out.Links = append(out.Links, RenderedLink{
			Label: line(r.text(l.label, verbatim)), URL: r.text(l.url, verbatim), Type: l.kind, AppContext: r.text(l.appContext, l.appContext.escape()),
			Autolaunchable: l.autolaunchable,
		})
	}
	for _, s := range k.suggestions {
		if rendered, ok := r.suggestion(s); ok {
			out.Suggestions = append(out.Suggestions, rendered)
		}
	}
	out.Actions = r.actions(k.actions)
	return out
}

// suggestion renders a suggestion. One of whose actions the resource is not known is left out: the
// actions of a suggestion are taken together or not at all.
func (r *rendering) suggestion(s suggestion) (RenderedSuggestion, bool) {
	out := RenderedSuggestion{Label: line(r.text(s.label, verbatim)), Recommended: s.recommended}
	for _, a := range s.actions {
		action, ok := r.action(a, fmt.Sprintf("the suggestion %q", out.Label))
		if !ok {
			return out, false
		}
		out.Actions = append(out.Actions, action)
	}
	return out, true
}
