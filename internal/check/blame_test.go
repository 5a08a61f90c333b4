package check_test

import "testing"

func TestBlame(t *testing.T) {
	t.Parallel()
	dirty(t, "blame",
		"But »@ann should have checked it.", "»Jane should have known.", "When »Jane Doe forgot the flag", "»@ann-b was careless", "»Jane's human error",
		"»She should have asked", "Human error by »Jane", "It was the fault of »@ann", "The mistake: »Jane clearly messed up.", "> »Jane shouldn’t have done that",
		"# »Jane overlooked it", "- »Jérôme didn't bother",
	)
	clean(t, "blame",
		"We should have checked.", "The alert should have fired.", "Monitoring should have noticed.", "Nobody forgot anything.", "They forgot.", "The reviewers should have seen it",
		"`Jane should have known`", "```\nJane forgot\n```", "<!-- Jane forgot -->", "Jane found it first.", "Human error is no cause.", "It is set by default from Go 1.27.",
		"Kafka should have rejected it.", "@ann noticed it", "This could have been noticed", "a careless word", "In hindsight we could have known.", "Everybody should have been warned",
	)
}
