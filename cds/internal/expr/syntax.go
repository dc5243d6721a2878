package expr

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// A syntaxReader finds the first place at which a text stops being an expression. CEL's parser finds it
// too, but says so in the words of its grammar.
type syntaxReader struct {
	tokens  []token
	next    int
	open    []bracket
	operand bool // a value has just been read: an operator may follow
}

// A bracket is one of ( [ { that is not closed yet, or a ? whose : has not come.
type bracket struct {
	token
	call, colon bool
}

// diagnose says what is wrong with the syntax of source; false if it finds nothing.
func diagnose(source string) (Problem, bool) {
	tokens, problem := scan([]rune(source))
	r := &syntaxReader{tokens: tokens}
	if p := r.read(); p != nil {
		return *p, true
	}
	if problem != nil {
		return *problem, true
	}
	if p := r.end(); p != nil {
		return *p, true
	}
	return Problem{}, false
}

func wrong(t token, suggest, format string, args ...any) *Problem {
	return &Problem{Offset: t.at, Message: fmt.Sprintf(format, args...), Suggest: suggest}
}

func (r *syntaxReader) read() *Problem {
	for r.next < len(r.tokens) {
		t := r.tokens[r.next]
		step := r.value
		if r.operand {
			step = r.operator
		}
		if p := step(t); p != nil {
			return p
		}
		r.next++
	}
	return nil
}

// before is the token n before the next one; the zero token before the first.
func (r *syntaxReader) before(n int) token {
	if i := r.next - n; i >= 0 && i < len(r.tokens) {
		return r.tokens[i]
	}
	return token{}
}

func (r *syntaxReader) top() *bracket {
	if len(r.open) == 0 {
		return &bracket{}
	}
	return &r.open[len(r.open)-1]
}

func (r *syntaxReader) push(t token, call bool) {
	r.open = append(r.open, bracket{token: t, call: call})
}

// value reads a token where a value must begin.
func (r *syntaxReader) value(t token) *Problem {
	switch {
	case t.kind == numberToken || t.kind == textToken:
		r.operand = true
	case t.kind == wordToken:
		return r.name(t)
	case t.text == "(" || t.text == "[" || t.text == "{":
		r.push(t, false)
	case t.text == "!" || t.text == "-":
	case t.text == "." && r.before(-1).kind == wordToken:
	case t.text == "." && r.before(-1).kind == numberToken && r.before(-1).at == t.at+1: // .5
		r.next++
		r.operand = true
	case t.closes():
		return r.closeEarly(t)
	case t.text == "?" && r.top().text == "[": // an optional element
	case t.text == "," && r.loneComma():
	default:
		return wrong(t, "", "expected a value%s, found %s", r.after(), t.shown())
	}
	return nil
}

// loneComma reports whether a comma is all there is in a list or map, [,] or {,}: CEL takes it for none.
func (r *syntaxReader) loneComma() bool {
	top := r.top()
	return !top.call && (top.text == "[" || top.text == "{") && r.before(1).at == top.at && r.before(-1).text == top.partner()
}

func (r *syntaxReader) after() string {
	if last := r.before(1); last.text != "" {
		return " after " + last.shown()
	}
	return ""
}

func (r *syntaxReader) name(t token) *Problem {
	follows := r.before(-1)
	switch lower := strings.ToLower(t.text); {
	case lower == "not" && (follows.kind != symbolToken && follows.text != "" && follows.text != "in" || follows.text == "("):
		return wrong(t, "!", "\"not\" is no operator")
	case t.text == "in":
		return wrong(t, "", "expected a value%s, found %s", r.after(), t.shown())
	case slices.Contains(syntaxWords, t.text):
		return wrong(t, "", "%q cannot be a name: the language keeps this word for itself", t.text)
	}
	r.operand = true
	return nil
}

// syntaxWords are the words that CEL's parser refuses as names.
var syntaxWords = []string{"as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop", "package",
	"namespace", "return", "var", "void", "while"}

// closeEarly reads a closing bracket where a value should begin: right only in an empty list or call.
func (r *syntaxReader) closeEarly(t token) *Problem {
	top, last := r.top(), r.before(1)
	switch {
	case top.text == "" || top.text != "?" && top.partner() != t.text:
		return r.closing(t)
	case last.at == top.at && (top.call || top.text != "("):
	case last.text == "," && !top.call:
	case last.at == top.at:
		return wrong(top.token, "", "there is nothing between \"(\" and \")\"")
	default:
		return wrong(t, "", "expected a value after %s, found %s", last.shown(), t.shown())
	}
	return r.closing(t)
}

// operator reads a token where a value has ended.
func (r *syntaxReader) operator(t token) *Problem {
	last := r.before(1)
	switch {
	case slices.Contains(binaryOperators, t.text):
		r.operand = false
	case t.text == ".":
		return r.member(t)
	case t.text == "(" && last.kind == wordToken, t.text == "[", t.text == "{" && last.kind == wordToken:
		r.push(t, true)
		r.operand = false
	case t.text == "?":
		r.push(t, false)
		r.operand = false
	case t.text == ":" || t.text == ",":
		return r.separator(t)
	case t.closes():
		return r.closing(t)
	default:
		return misplaced(t, last, r.before(-1))
	}
	return nil
}

var binaryOperators = []string{"+", "-", "*", "/", "%", "<", "<=", ">", ">=", "==", "!=", "&&", "||", "in"}

func (r *syntaxReader) member(t token) *Problem {
	follows := r.before(-1)
	if follows.text == "?" {
		r.next++
		follows = r.before(-1)
	}
	if follows.kind != wordToken {
		if follows.text == "" {
			return wrong(t, "", "expected a name after %s", t.shown())
		}
		return wrong(follows, "", "expected a name after %s, found %s", t.shown(), follows.shown())
	}
	r.next++
	return nil
}

func (r *syntaxReader) separator(t token) *Problem {
	top := r.top()
	switch {
	case t.text == ":" && top.text == "?":
		r.open = r.open[:len(r.open)-1]
	case top.text == "?":
		return missingColon(top.token)
	case t.text == ":" && top.text == "{":
		top.colon = true
	case t.text == "," && (top.call || top.text == "[" || top.text == "{" && top.colon):
	case t.text == "," && top.text == "{":
		return noList(top.token)
	default:
		return wrong(t, "", "%s has no meaning here", t.shown())
	}
	r.operand = false
	return nil
}

func missingColon(t token) *Problem {
	return wrong(t, "", `"?" needs a ":" after it, as in condition ? this : that`)
}

func noList(t token) *Problem { return wrong(t, "", "a list is written in [ ], not in { }") }

func (r *syntaxReader) closing(t token) *Problem {
	top := r.top()
	switch {
	case top.text == "":
		return wrong(t, "", "this %s closes nothing: no %s before it is open", t.shown(), quote(t.partner()))
	case top.text == "?":
		return missingColon(top.token)
	case top.partner() != t.text:
		return wrong(t, "", "expected %s, found %s", quote(top.partner()), t.shown())
	case t.text == "}" && !top.colon && r.before(1).at != top.at:
		return noList(top.token)
	}
	r.open = r.open[:len(r.open)-1]
	r.operand = true
	return nil
}

// end reads the end of the text.
func (r *syntaxReader) end() *Problem {
	last := r.before(1)
	switch {
	case last.text == "":
		return &Problem{Message: "expected an expression: there is nothing here"}
	case len(r.open) > 0 && r.top().at == last.at, r.operand && len(r.open) > 0:
		if r.top().text == "?" {
			return missingColon(r.top().token)
		}
		return wrong(r.top().token, "", "this %s is never closed: expected %s", r.top().shown(), quote(r.top().partner()))
	case !r.operand:
		return wrong(last, "", "nothing follows %s: expected a value", last.shown())
	}
	return nil
}

// misplaced says what a value that follows another may have been meant for.
func misplaced(t, last, next token) *Problem {
	word := strings.ToLower(t.text)
	operators := map[string]string{"and": "&&", "or": "||", "is": "==", "equals": "==", "eq": "==", "gt": ">", "lt": "<"}
	switch {
	case t.kind == wordToken && operators[word] != "":
		return wrong(t, operators[word], "%s is no operator", t.shown())
	case word == "not" && next.text == "in":
		return wrong(t, "", `"not in" is no operator: write !(… in …)`)
	case word == "if" || word == "then" || word == "else":
		return wrong(t, "", "%s has no meaning here: write condition ? this : that", t.shown())
	case t.kind == wordToken && last.kind == numberToken:
		return wrong(last, "", "%s %s is written %s", last.text, t.text, measured(last.text, t.text))
	case t.kind == symbolToken:
		return wrong(t, "", "expected an operator such as && or ==, found %s", t.shown())
	}
	return wrong(t, "", "expected an operator such as && or == before %s", t.shown())
}

// measured is how a number with a unit is written.
func measured(number, unit string) string {
	span := strings.TrimSuffix(strings.ToLower(unit), "s") + "s"
	if slices.Contains([]string{"years", "months", "weeks", "days", "hours", "minutes"}, span) {
		return span + "(" + number + ")"
	}
	return "quantity(" + number + ", '" + unit + "')"
}

func isName(r rune) bool {
	return r == '_' || r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r))
}
