package feedback_test

import (
	"fmt"

	"github.com/primum-cds/primum/hooks/feedback"
)

func ExampleDecode() {
	items, err := feedback.Decode([]byte(`{"feedback": [
		{"card": "4e0a3a1e-3283-4575-ab82-028d55fe2719", "outcome": "accepted", "outcomeTimestamp": "2026-03-01T09:00:00Z",
			"acceptedSuggestions": [{"id": "e56e1945-20b3-4393-8503-a1a20fd73152"}]},
		{"card": "be0a3a1e-3283-4575-ab82-028d55fe2719", "outcome": "overridden", "outcomeTimestamp": "2026-03-01T09:01:00Z",
			"overrideReason": {"reason": {"code": "patient-refuses", "system": "http://terminology.hl7.org/CodeSystem/non-adherence-reason-codes"}}}
	]}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, item := range items {
		fmt.Println(item.Card, item.Outcome, item.OutcomeTimestamp)
	}
	fmt.Println(items[1].OverrideReason.Reason.Code)
	// Output:
	// 4e0a3a1e-3283-4575-ab82-028d55fe2719 accepted 2026-03-01 09:00:00 +0000 UTC
	// be0a3a1e-3283-4575-ab82-028d55fe2719 overridden 2026-03-01 09:01:00 +0000 UTC
	// patient-refuses
}

func ExampleDecode_error() {
	_, err := feedback.Decode([]byte(`{"feedback": [{"outcome": "ignored", "outcomeTimestamp": "today"}]}`))
	fmt.Println(err)
	// Output:
	// feedback[0].card: the uuid of a card was expected
	// feedback[0].outcome: "accepted" or "overridden" was expected
	// feedback[0].outcomeTimestamp: a time such as 2026-03-01T09:00:00Z was expected
}
